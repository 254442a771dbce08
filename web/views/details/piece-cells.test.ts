import { expect, test } from 'vitest';
import type { PieceMap } from '../../../src/node/commands.ts';
import { SHADES, bitAt, changedCells, pieceWords, shadeOf, toPieceCells } from './piece-cells.ts';

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');

function map(given: Partial<PieceMap>): PieceMap {
  return {
    pieces: 10,
    pieceLength: 16_384,
    merged: false,
    held: base64(0b1010_0000, 0b0100_0000),
    active: [],
    availability: base64(...new Array<number>(10).fill(1)),
    ...given,
  };
}

test('the first piece is the highest bit of the first byte', () => {
  const bytes = Uint8Array.of(0b1000_0001, 0b0100_0000);
  const set = Array.from({ length: 16 }, (_, index) => index).filter((index) => bitAt(bytes, index) === 1);
  expect(set).toEqual([0, 7, 9]);
  expect(bitAt(bytes, 99)).toBe(0);
});

test('held, under way and missing pieces get their shades', () => {
  const cells = toPieceCells(map({ active: [1], availability: base64(9, 9, 9, 0, 1, 2, 3, 4, 255, 0) }));
  const held = SHADES.count - 1;
  expect([...cells.shades]).toEqual([held, SHADES.active, held, 0, 1, 2, 2, 3, 3, held]);
  expect(cells).toMatchObject({ pieces: 10, heldPieces: 3, active: 1, unavailable: 1 });
});

test('a merged map counts by what its buckets hold', () => {
  const cells = toPieceCells(
    map({ pieces: 8192, merged: true, held: base64(255, 128, 0, 1), availability: base64(1, 1, 1, 1) }),
  );
  expect(cells.shades).toHaveLength(4);
  expect(cells.heldPieces).toBe(Math.round(((255 + 128 + 1) / 255 / 4) * 8192));
  expect(cells.shades[3]).toBe(SHADES.held);
});

test.each([
  { why: 'the least that is held shows', held: 1, active: false, peers: 5, shade: SHADES.held },
  { why: 'nearly whole is not whole', held: 254, active: false, peers: 5, shade: SHADES.count - 2 },
  { why: 'under way comes before partly held', held: 100, active: true, peers: 5, shade: SHADES.active },
  { why: 'what is held is not under way', held: 255, active: true, peers: 0, shade: SHADES.count - 1 },
])('shade: $why', ({ held, active, peers, shade }) => {
  expect(shadeOf(held, active, peers)).toBe(shade);
});

test('indices beyond the map are left alone', () => {
  expect(toPieceCells(map({ active: [3, 10, 4095] })).active).toBe(1);
});

test('only what changed is drawn again', () => {
  const before = Uint8Array.of(0, 1, 2);
  expect(changedCells(undefined, before)).toEqual([0, 1, 2]);
  expect(changedCells(before, Uint8Array.of(0, 4, 2))).toEqual([1]);
  expect(changedCells(before, Uint8Array.of(0, 1))).toEqual([0, 1]);
});

test.each([
  [{ active: [1, 4] }, '3 of 10 pieces, 2 under way'],
  [{ availability: base64() }, '3 of 10 pieces, 7 that no connected peer has'],
  [{ pieces: 1, held: base64(128) }, 'All 1 piece'],
  [{ pieces: 1, held: base64(0), availability: base64(1) }, '0 of 1 piece'],
  [{ pieces: 100_000, merged: true, held: base64(255, 0) }, 'About 50,000 of 100,000 pieces'],
])('in words: %j', (given, words) => {
  expect(pieceWords(toPieceCells(map(given)))).toBe(words);
});
