import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededChance } from '../base/index.ts';
import { Bitfield } from '../metainfo/index.ts';
import { RarityOrder } from './rarity.ts';
import { NORMAL, RANK_COUNT } from './wish.ts';

type Step = readonly ['add' | 'remove' | 'increase' | 'decrease', number];

describe('RarityOrder', () => {
  test('keeps ranks apart after any steps: of each the rarest is picked', () => {
    const step = fc.tuple(fc.constantFrom<Step[0]>('add', 'remove', 'increase', 'decrease'), fc.nat(11));
    const ranks = fc.array(fc.nat(RANK_COUNT - 1), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), ranks, fc.nat(), (steps, rankOf, seed) => {
        const order = new RarityOrder(12, seededChance(seed), Uint8Array.from(rankOf));
        const listed = new Set<number>();
        for (const [action, piece] of steps) {
          order[action](piece);
          if (action === 'add') listed.add(piece);
          if (action === 'remove') listed.delete(piece);
          order.checkInvariants();
        }
        for (let rank = 0; rank < RANK_COUNT; rank += 1) {
          const of = [...listed].filter((piece) => rankOf[piece] === rank);
          expect(order.sizeOf(rank)).toBe(of.length);
          const rarest = Math.min(...of.map((piece) => order.counts()[piece]!));
          const picked = order.pick(() => true, rank);
          expect(picked === undefined ? Infinity : order.counts()[picked]).toBe(rarest);
          expect(picked === undefined || of.includes(picked)).toBe(true);
        }
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  test('stays in order after any steps', () => {
    const step = fc.tuple(fc.constantFrom<Step[0]>('add', 'remove', 'increase', 'decrease'), fc.nat(11));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.nat(), (steps, seed) => {
        const order = new RarityOrder(12, seededChance(seed));
        const counts = new Map<number, number>();
        const listed = new Set<number>();
        for (const [action, piece] of steps) {
          order[action](piece);
          const count = counts.get(piece) ?? 0;
          if (action === 'add') listed.add(piece);
          if (action === 'remove') listed.delete(piece);
          if (action === 'increase') counts.set(piece, count + 1);
          if (action === 'decrease') counts.set(piece, Math.max(0, count - 1));
          order.checkInvariants();
        }
        expect(order.size).toBe(listed.size);
        const rarest = Math.min(...[...listed].map((piece) => counts.get(piece) ?? 0));
        const picked = order.pick(() => true);
        expect(picked === undefined ? Infinity : (counts.get(picked) ?? 0)).toBe(rarest);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  /** Each digit is how many have the piece, `.` is a piece that is not listed. */
  test.each([
    { map: '3121', pick: [1, 3], why: 'the rarest, either of two' },
    { map: '.0.5', pick: [1], why: 'what is not listed is passed over' },
    { map: '9999', pick: [0, 1, 2, 3], why: 'all alike: chance decides' },
    { map: '....', pick: [undefined], why: 'nothing to pick' },
  ])('$map gives $pick: $why', ({ map, pick }) => {
    const picked = new Set<number | undefined>();
    for (let seed = 0; seed < 64; seed += 1) {
      const order = new RarityOrder(map.length, seededChance(seed));
      map.split('').forEach((char, piece) => {
        if (char !== '.') order.add(piece);
        for (let n = 0; n < Number(char); n += 1) order.increase(piece);
      });
      picked.add(order.pick(() => true));
    }
    expect(picked).toEqual(new Set(pick));
  });

  test('a sweep finds every piece of a peer that has few of many, each once a round', () => {
    const order = new RarityOrder(50_000, seededChance(4));
    for (let piece = 0; piece < 50_000; piece += 1) order.add(piece);
    const has = Bitfield.fromBytes(new Uint8Array(6_250), 50_000)!;
    for (const piece of [7, 20_000, 49_999]) has.set(piece);
    const peer = { has, sweepAt: 12_345 };
    expect([1, 2, 3, 4].map(() => order.sweep(peer))).toEqual([20_000, 49_999, 7, 20_000]);
    expect(order.pick((piece) => piece === 50_000)).toBeUndefined();
  });

  test('a sweep of one rank passes the others over', () => {
    const ranks = new Uint8Array(1_000).fill(NORMAL);
    ranks.fill(0, 500);
    const order = new RarityOrder(1_000, seededChance(4), ranks);
    for (let piece = 0; piece < 1_000; piece += 1) order.add(piece);
    const has = new Bitfield(1_000);
    for (const piece of [7, 600, 900]) has.set(piece);
    const peer = { has, sweepAt: 0 };
    expect([1, 2, 3].map(() => order.sweep(peer, 0))).toEqual([600, 900, 600]);
    expect(order.sweep(peer, NORMAL)).toBe(7);
  });
});
