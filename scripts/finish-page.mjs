/** What the bundler leaves to do for dist/web: the page to try the API, and packed copies for who can take them. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Of Swagger UI, which makes a page of an OpenAPI document: what a browser needs, and its license. */
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE'];
const PACKED = /\.(?:js|css|html|svg|json|webmanifest)$/;
const PACKED_BYTES_MIN = 1024;
/** Beyond it the best packing takes seconds. */
const PACKED_BEST_BYTES_MAX = 512 * 1024;

/** @param {string} root of the checkout */
export function finishPage(root) {
  const page = join(root, 'dist', 'web');
  mkdirSync(join(page, 'api'), { recursive: true });
  for (const name of SWAGGER_FILES)
    copyFileSync(join(root, 'node_modules', 'swagger-ui-dist', name), join(page, 'api', name));
  for (const entry of readdirSync(page, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && PACKED.test(entry.name)) pack(join(entry.parentPath, entry.name));
}

/** @param {string} path */
function pack(path) {
  const bytes = readFileSync(path);
  if (bytes.length < PACKED_BYTES_MIN) return;
  const quality = bytes.length > PACKED_BEST_BYTES_MAX ? 9 : 11;
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  );
}
