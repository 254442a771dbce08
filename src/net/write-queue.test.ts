import fc from 'fast-check';
import { expect, test } from 'vitest';

import { WRITE_BYTES, WriteQueue } from './write-queue.ts';

function drain(queue: WriteQueue, limit: number): Uint8Array[] {
  const writes: Uint8Array[] = [];
  for (let slice = queue.take(limit); slice; slice = queue.take(limit)) writes.push(new Uint8Array(slice));
  return writes;
}

test('any chunks come out as the same bytes, in whole writes but for the last', () => {
  const chunk = fc.integer({ min: 0, max: 3 * WRITE_BYTES }).map((length) => new Uint8Array(length));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), fc.integer(), (chunks, seed) => {
      let next = seed & 0xff;
      for (const bytes of chunks) for (let i = 0; i < bytes.length; i += 1) bytes[i] = next++ & 0xff;
      const queue = new WriteQueue();
      for (const bytes of chunks) queue.push(bytes);
      const writes = drain(queue, Infinity);
      expect(Buffer.concat(writes).equals(Buffer.concat(chunks))).toBe(true);
      expect(writes.slice(0, -1).every((write) => write.length === WRITE_BYTES)).toBe(true);
      expect(queue.bytes).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a limit cuts the writes, and taking while pushing keeps the order', () => {
  const queue = new WriteQueue();
  const got: Uint8Array[] = [];
  for (let i = 0; i < 200; i += 1) {
    queue.push(new Uint8Array([i, i, i]));
    got.push(new Uint8Array(queue.take(2) ?? []));
  }
  got.push(...drain(queue, 7));
  const expected = Array.from({ length: 200 }, (_, i) => [i, i, i]).flat();
  expect(Buffer.concat(got).equals(Buffer.from(expected))).toBe(true);
});

test('a long chunk is sent in place, without a copy', () => {
  const queue = new WriteQueue();
  const chunk = new Uint8Array(2 * WRITE_BYTES);
  queue.push(chunk);
  expect(queue.take(Infinity)?.buffer).toBe(chunk.buffer);
});

test('clearing forgets what was queued', () => {
  const queue = new WriteQueue();
  queue.push(new Uint8Array(10));
  queue.clear();
  expect(queue.take(10)).toBeUndefined();
  expect(queue.bytes).toBe(0);
});
