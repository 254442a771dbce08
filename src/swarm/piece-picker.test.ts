import { describe, expect, test } from 'vitest';
import type { Message } from '../wire/index.ts';
import { Script } from '../../test/simulation/scripted-swarm.ts';

const UNCHOKE: Message = { type: 'unchoke' };

/** `#` the peer has the piece, `.` it has not. */
function pieces(map: string): Message {
  const bits = new Uint8Array(Math.ceil(map.length / 8));
  map.split('').forEach((char, piece) => {
    if (char === '#') bits[piece >> 3]! |= 0x80 >> (piece & 7);
  });
  return { type: 'bitfield', bits };
}

describe('which piece a peer is asked for first', () => {
  test.each([
    { why: 'the one that nobody else has', peer: '####', others: ['##.#', '#..#'], first: [2] },
    { why: 'of equally rare ones, any', peer: '####', others: ['#..#'], first: [1, 2] },
    { why: 'only what it has', peer: '..##', others: ['..##', '...#'], first: [2] },
    { why: 'nothing, if it has nothing', peer: '....', others: ['####'], first: [] },
  ])('$why: $peer among $others', ({ peer, others, first }) => {
    const script = new Script(4);
    others.forEach((map, n) => script.say(script.connect(`${n}`), pieces(map)));
    const conn = script.connect('a');
    script.say(conn, pieces(peer), UNCHOKE);
    const asked = script
      .requests(conn)
      .slice(0, 1)
      .map(({ piece }) => piece);
    if (first.length === 0) expect(asked).toEqual([]);
    else expect(first).toContain(asked[0]);
  });

  test('a piece begun by somebody who left goes on first', () => {
    const script = new Script(4);
    const gone = script.connect('a');
    script.say(gone, pieces('####'), UNCHOKE);
    const [begun] = script.requests(gone);
    script.give(
      gone,
      begun!.piece,
      begun!.begin,
      script.content.piece(begun!.piece).subarray(0, begun!.length),
    );
    script.news((swarm, nowMs) => swarm.onDisconnected(gone, nowMs));
    const next = script.connect('b');
    script.say(next, pieces('####'), UNCHOKE);
    const asked = script.requests(next)[0]!;
    expect([asked.piece, asked.begin]).toEqual([begun!.piece, begun!.length]);
  });

  test('two peers begin with different pieces', () => {
    const script = new Script(4);
    const conns = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of conns) script.say(conn, pieces('####'), UNCHOKE);
    const [one, other] = conns.map((conn) => script.requests(conn)[0]!.piece);
    expect(one).not.toBe(other);
  });

  test('a source of our kind is followed in what it suggests', () => {
    const script = new Script(8);
    const conn = script.connect('a');
    script.sayOwn(conn);
    script.say(
      conn,
      { type: 'have-all' },
      { type: 'suggest', piece: 5 },
      { type: 'suggest', piece: 3 },
      UNCHOKE,
    );
    script.answer(conn);
    const order = [...new Set(script.requests(conn).map(({ piece }) => piece))];
    expect(order.slice(0, 2)).toEqual([5, 3]);
    script.pass(2_000);
    expect(new Set(script.requests(conn).map(({ piece }) => piece)).size).toBeGreaterThan(2);
  });

  test('a stranger is not: its suggestions are only counted', () => {
    const script = new Script(8);
    const conn = script.connect('a');
    script.say(conn, pieces('##......'), { type: 'suggest', piece: 5 }, UNCHOKE);
    expect(script.requests(conn).every(({ piece }) => piece < 2)).toBe(true);
  });
});
