import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lookup } from 'mrmime';
import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';

const FILES_MAX = 5_000;
/** Nothing from elsewhere, no inline script or style, and no text becomes markup (trusted types). */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
/** Swagger UI styles its elements itself and builds markup from the document it shows; it still reaches nothing outside. */
const API_PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** What the build names by its content never changes. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;
const NOT_BUILT =
  'The page was not built. In a checkout, run `npm run build`; else install the program anew.\n' +
  'Everything works at a terminal as well: `mbt help`.\n';

/** The page itself, as it was built. Only what a look at its folder found is ever opened. */
export class PageFiles {
  readonly #folder: string;
  #files = new Set<string>();
  #builtAtMs = -1;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async serve(exchange: Exchange): Promise<void> {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
      throw new Refusal(405, 'UNKNOWN_COMMAND', 'the page can only be read');
    const { pathname } = exchange.url;
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    await this.#look(name);
    if (name === '/index.html' && !this.#files.has(name))
      return exchange.answer(503, NOT_BUILT, { 'content-type': 'text/plain; charset=utf-8' });
    if (!this.#files.has(name)) throw new Refusal(404, 'FILE_NOT_FOUND', 'there is nothing at this address');
    await this.#send(exchange, name);
  }

  async #send(exchange: Exchange, name: string): Promise<void> {
    const { response } = exchange;
    const accepted = exchange.header('accept-encoding') ?? '';
    const packed = ENCODINGS.find(
      ([encoding, end]) => new RegExp(`\\b${encoding}\\b`).test(accepted) && this.#files.has(name + end),
    );
    const path = join(this.#folder, name + (packed?.[1] ?? ''));
    const { size } = await stat(path);
    response.writeHead(200, {
      'content-type': typeOf(name),
      'content-length': size,
      vary: 'accept-encoding',
      'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': name.startsWith('/api/') ? API_PAGE_POLICY : PAGE_POLICY,
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      ...(packed && { 'content-encoding': packed[0] }),
    });
    if (exchange.method === 'HEAD') return void response.end();
    await pipeline(createReadStream(path), response).catch(() => undefined);
  }

  /** The page may have been built since. */
  async #look(wanted: string): Promise<void> {
    const index = await stat(join(this.#folder, 'index.html')).catch(() => undefined);
    if (index === undefined || (index.mtimeMs === this.#builtAtMs && this.#files.has(wanted))) return;
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).slice(0, FILES_MAX);
    this.#files = new Set(files.map((file) => this.#nameOf(join(file.parentPath, file.name))));
    this.#builtAtMs = index.mtimeMs;
  }

  #nameOf(path: string): string {
    return `/${relative(this.#folder, path).split(sep).join('/')}`;
  }
}

function typeOf(name: string): string {
  const type = lookup(name) ?? 'application/octet-stream';
  return /^text\/|javascript|json/.test(type) ? `${type}; charset=utf-8` : type;
}
