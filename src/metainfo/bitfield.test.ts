import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bitfield } from './bitfield.ts';

const setOf = (size: number): fc.Arbitrary<number[]> =>
  size === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(size - 1));
const sizeAndSet = fc.nat(70).chain((size) => fc.tuple(fc.constant(size), setOf(size)));

test('is the set of what was set and not cleared, through bytes as well', () => {
  fc.assert(
    fc.property(sizeAndSet, fc.nat(70), ([size, pieces], drop) => {
      const field = new Bitfield(size);
      for (const piece of pieces) expect(field.set(piece)).toBe(true);
      for (const piece of pieces) expect(field.set(piece)).toBe(false);
      expect(field.clear(drop)).toBe(pieces.includes(drop));
      const left = pieces.filter((piece) => piece !== drop).sort((a, b) => a - b);
      expect([...field.ones()]).toEqual(left);
      expect([...field.zeros()]).toEqual([...Array(size).keys()].filter((n) => !left.includes(n)));
      expect(field.count).toBe(left.length);
      const again = Bitfield.fromBytes(field.toBytes(), size);
      expect([...(again?.ones() ?? [])]).toEqual(left);
      expect(again?.count).toBe(left.length);
      expect([...field.clone().ones()]).toEqual(left);
    }),
  );
});

test('full holds all and nothing behind the last', () => {
  for (const size of [0, 1, 7, 8, 9, 64, 65]) {
    const field = Bitfield.full(size);
    expect(field.isComplete).toBe(true);
    expect([...field.ones()].length).toBe(size);
    expect(Bitfield.fromBytes(field.toBytes(), size)?.isComplete).toBe(true);
  }
});

test.each([
  { why: 'too short', bytes: [0xff], size: 9 },
  { why: 'too long', bytes: [0xff, 0], size: 8 },
  { why: 'a spare bit is set', bytes: [0xff, 0b0100_0000], size: 9 },
  { why: 'bytes for nothing', bytes: [0], size: 0 },
])('fromBytes refuses: $why', ({ bytes, size }) => {
  expect(Bitfield.fromBytes(Uint8Array.from(bytes), size)).toBeUndefined();
});

test('piece 0 is the highest bit, as BEP 3 has it', () => {
  const field = new Bitfield(10);
  field.set(0);
  field.set(9);
  expect([...field.toBytes()]).toEqual([0x80, 0x40]);
});

test('setting a piece that is not there is a bug', () => {
  expect(() => new Bitfield(8).set(8)).toThrow('invariant');
});
