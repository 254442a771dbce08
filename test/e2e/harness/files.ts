import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { seededChance } from '../../../src/base/index.ts';

const CHUNK_BYTES = 1 << 20;

/** Writes a file that no two seeds share, quickly: every chunk is one random MiB, marked with its number. */
export async function writeRandomFile(path: string, bytes: number, seed: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const chance = seededChance(seed);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; at < CHUNK_BYTES; at += 4) chunk.writeUInt32LE(Math.floor(chance() * 2 ** 32), at);
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < bytes; at += CHUNK_BYTES) {
      chunk.writeUInt32LE(at / CHUNK_BYTES, 0);
      await file.write(chunk, 0, Math.min(CHUNK_BYTES, bytes - at));
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file, in hex: what is compared after a download. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
