import { crc32, deflateSync } from 'node:zlib';
import type { Chance } from '../../src/base/index.ts';

/** Bytes that cannot be compressed. */
export function noise(length: number, chance: Chance): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32LE(Math.floor(chance() * 2 ** 32), at);
  return bytes;
}

/** A true-colour PNG of noise, which cannot be compressed: so large that it does not come at once. */
export function noisyPng(width: number, height: number, chance: Chance): Buffer {
  const line = 1 + width * 3;
  const raw = Buffer.alloc(line * height);
  for (let at = 0; at < raw.length; at += 1) raw[at] = at % line === 0 ? 0 : Math.floor(chance() * 256);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
