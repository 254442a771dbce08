import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Bitfield } from '../../metainfo/index.ts';
import { pieceMapOf } from './content-view.ts';

const PIECE = 256 * 1024;
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

function fieldOf(size: number, pieces: Iterable<number>): Bitfield {
  const field = new Bitfield(size);
  for (const piece of pieces) field.set(piece);
  return field;
}

describe('a map of pieces', () => {
  test('of few pieces says of each whether it is here, under way, and how many have it', () => {
    const states = { active: [3, 9], availability: Uint8Array.from({ length: 10 }, (_, piece) => piece) };
    const map = pieceMapOf({ pieceCount: 10, pieceLength: PIECE }, fieldOf(10, [0, 8]), states);
    expect(map).toMatchObject({ pieces: 10, pieceLength: PIECE, merged: false, active: [3, 9] });
    expect([...bytesOf(map.held)]).toEqual([0b1000_0000, 0b1000_0000]);
    expect([...bytesOf(map.availability)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('without a swarm nobody has anything', () => {
    const map = pieceMapOf({ pieceCount: 4_096, pieceLength: PIECE }, fieldOf(4_096, []), undefined);
    expect(map).toMatchObject({ merged: false, active: [] });
    expect(bytesOf(map.availability)).toHaveLength(4_096);
  });

  test('of an empty content is empty', () => {
    expect(pieceMapOf({ pieceCount: 0, pieceLength: PIECE }, new Bitfield(0), undefined)).toMatchObject({
      pieces: 0,
      held: '',
      availability: '',
    });
  });

  test('of many pieces has 4,096 parts: full only where all is here, none only where nothing is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4_097, max: 20_000 }), fc.array(fc.nat(19_999)), (size, some) => {
        const held = fieldOf(
          size,
          some.filter((piece) => piece < size),
        );
        const active = some.filter((piece) => piece < size).slice(0, 300);
        const availability = new Uint8Array(size).fill(3);
        for (const piece of active) availability[piece] = 1;
        const map = pieceMapOf({ pieceCount: size, pieceLength: PIECE }, held, { active, availability });
        const parts = bytesOf(map.held);
        expect([map.merged, parts.length, bytesOf(map.availability).length]).toEqual([true, 4_096, 4_096]);
        const bucketOf = (piece: number): number => Math.floor((piece * 4_096) / size);
        const seen = parts.map(() => 0);
        for (let piece = 0; piece < size; piece += 1) seen[bucketOf(piece)]! |= held.get(piece) ? 2 : 1;
        const wrong = [...parts.entries()].filter(
          ([bucket, part]) =>
            (part === 255) !== (seen[bucket] === 2) || (part === 0) !== (seen[bucket] === 1),
        );
        expect(wrong).toEqual([]);
        expect(map.active.length).toBeLessThanOrEqual(256);
        for (const bucket of map.active) expect(bytesOf(map.availability)[bucket]).toBe(1);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});
