import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES } from '../metainfo/index.ts';
import type { Message } from '../wire/index.ts';
import { PIECE_BYTES, Script } from '../../test/simulation/scripted-swarm.ts';

const UNCHOKE: Message = { type: 'unchoke' };
const ALL: Message = { type: 'have-all' };

/** Pieces in the order in which they were asked for. */
const asked = (script: Script, conn: number, from = 0): number[] => [
  ...new Set(script.requests(conn, from).map(({ piece }) => piece)),
];

describe('where somebody reads', () => {
  test('pieces are asked for in order, before the rarest', () => {
    const script = new Script(40);
    script.news((swarm, nowMs) => swarm.read(1, 20, 40, nowMs));
    const conn = script.connect('a');
    script.say(conn, ALL, UNCHOKE);
    script.answer(conn);
    expect(asked(script, conn).slice(0, 12)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
  });

  test('what a source suggests comes after it', () => {
    const script = new Script(40);
    const conn = script.connect('a');
    script.sayOwn(conn);
    script.news((swarm, nowMs) => swarm.read(1, 30, 33, nowMs));
    script.say(conn, ALL, { type: 'suggest', piece: 5 }, UNCHOKE);
    script.answer(conn);
    expect(asked(script, conn).slice(0, 4)).toEqual([30, 31, 32, 5]);
  });

  test('a jump leaves what was begun, and an end gives way to the ordinary order', () => {
    const script = new Script(80);
    const conn = script.connect('a');
    script.news((swarm, nowMs) => swarm.read(1, 0, 80, nowMs));
    script.say(conn, ALL, UNCHOKE);
    expect(asked(script, conn)).toEqual([0]);
    script.news((swarm, nowMs) => swarm.read(1, 70, 72, nowMs));
    script.answer(conn);
    const pieces = asked(script, conn);
    expect(pieces.slice(0, 3)).toEqual([0, 70, 71]);
    // In order it would be 72, or 1.
    expect(pieces.slice(3, 11)).not.toEqual(pieces.slice(3, 11).toSorted((a, b) => a - b));
  });

  test('several peers bring one piece together', () => {
    const script = new Script(40);
    script.news((swarm, nowMs) => swarm.read(1, 7, 8, nowMs));
    const conns = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of conns) script.say(conn, ALL, UNCHOKE);
    const [one, other] = conns.map((conn) => script.requests(conn).filter(({ piece }) => piece === 7));
    expect(one!.length).toBeGreaterThan(3);
    expect(other!.length).toBeGreaterThan(3);
    expect(one!.length + other!.length).toBe(PIECE_BYTES / BLOCK_BYTES);
  });

  test('memory held by pieces that nobody goes on with is given up for it', () => {
    const script = new Script(40, { poolBytes: 2 * PIECE_BYTES });
    const gone = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of gone) script.say(conn, ALL, UNCHOKE);
    for (const conn of gone) {
      const [first] = script.requests(conn);
      const bytes = script.content.piece(first!.piece).subarray(0, first!.length);
      script.give(conn, first!.piece, first!.begin, bytes);
      script.say(conn, { type: 'choke' });
    }
    expect(script.swarm.pieces()?.active).toHaveLength(2);
    const conn = script.connect('c');
    script.news((swarm, nowMs) => swarm.read(1, 33, 34, nowMs));
    const from = script.effects.length;
    script.say(conn, ALL, UNCHOKE);
    expect(asked(script, conn, from)[0]).toBe(33);
  });

  test('while all memory is on its way elsewhere, nothing more is asked for there', () => {
    const script = new Script(40, { poolBytes: 2 * PIECE_BYTES, config: { ownRequestBytes: BLOCK_BYTES } });
    const conns = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of conns) script.say(conn, ALL, UNCHOKE);
    const begun = conns.map((conn) => asked(script, conn)[0]!);
    const target = [30, 31, 32, 33].find((piece) => !begun.includes(piece))!;
    const from = script.effects.length;
    script.news((swarm, nowMs) => swarm.read(1, target, target + 1, nowMs));
    for (const conn of conns) script.answer(conn);
    const after = conns.flatMap((conn) => script.requests(conn, from).map(({ piece }) => piece));
    expect(after[0]).toBe(target);
  });

  test('a reader that has its piece and rests is forgotten, one that waits is not', () => {
    const script = new Script(100);
    const conn = script.connect('a');
    script.news((swarm, nowMs) => swarm.read(1, 10, 100, nowMs));
    script.say(conn, { type: 'have-none' });
    script.pass(60_000);
    for (const piece of [3, 5, 10]) script.say(conn, { type: 'have', piece });
    script.say(conn, UNCHOKE);
    expect(asked(script, conn)).toEqual([10]);
    script.answer(conn);
    script.news((swarm, nowMs) => swarm.onPieceStored(10, nowMs));
    script.pass(31_000);
    const other = script.connect('b');
    script.say(other, ALL, UNCHOKE);
    script.answer(other);
    const pieces = asked(script, other).slice(0, 8);
    expect(pieces).not.toEqual(pieces.toSorted((a, b) => a - b));
  });

  test('a reader that is long at one piece stays', () => {
    const script = new Script(100);
    const conn = script.connect('a');
    script.news((swarm, nowMs) => swarm.read(1, 10, 100, nowMs));
    script.say(conn, { type: 'have', piece: 10 }, UNCHOKE);
    script.answer(conn);
    script.news((swarm, nowMs) => swarm.onPieceStored(10, nowMs));
    for (let n = 0; n < 3; n += 1) {
      script.pass(20_000);
      script.news((swarm, nowMs) => swarm.read(1, 10, 100, nowMs));
    }
    const other = script.connect('b');
    script.say(other, ALL, UNCHOKE);
    script.answer(other);
    expect(asked(script, other).slice(0, 4)).toEqual([11, 12, 13, 14]);
  });
});
