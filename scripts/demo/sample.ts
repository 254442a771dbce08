import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The file that is shared. */
export interface Sample {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
}

const CHUNK_BYTES = 4 * 2 ** 20;
export const RANDOM_FILE_BYTES = 256 * 2 ** 20;
/** In a smaller file there is no half way at which something could be killed. */
const SAMPLE_BYTES_MIN = 16 * 2 ** 20;

export async function makeRandomFile(path: string, sizeBytes: number): Promise<Sample> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (let written = 0; written < sizeBytes;) {
      const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes - written)));
      hash.update(chunk);
      await file.write(chunk);
      written += chunk.length;
    }
  } finally {
    await file.close();
  }
  return { path, name: basename(path), sizeBytes, checksum: hash.digest('hex') };
}

export async function takeFile(path: string): Promise<Sample> {
  const full = resolve(path);
  const facts = await stat(full).catch(() => undefined);
  if (!facts?.isFile()) throw new Error(`There is no file ${full}.`);
  if (facts.size < SAMPLE_BYTES_MIN) {
    throw new Error(
      `${full} is too small for the demo: half way would be over at once. Name one of 16 MiB or more.`,
    );
  }
  return { path: full, name: basename(full), sizeBytes: facts.size, checksum: await checksumOf(full) };
}

/** SHA-256 of a file as it lies on disk, hex; empty if it cannot be read. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash);
    return hash.digest('hex');
  } catch {
    return '';
  }
}
