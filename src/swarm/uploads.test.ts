import { describe, expect, test } from 'vitest';
import type { Message } from '../wire/index.ts';
import { Script } from '../../test/simulation/scripted-swarm.ts';

const BLOCK = 16 * 1024;
const INTERESTED: Message = { type: 'interested' };

describe('uploads', () => {
  const ask = (n: number): Message => ({
    type: 'request',
    piece: Math.floor(n / 16),
    begin: (n % 16) * BLOCK,
    length: BLOCK,
  });

  test('no more than the budget leaves the disk before the socket drains', () => {
    const script = new Script(8, { seed: true, config: { unsentBytesPerPeer: 4 * BLOCK } });
    const conn = script.connect();
    script.say(conn, INTERESTED);
    for (let n = 0; n < 64; n += 1) script.say(conn, ask(n));
    expect(script.of('sendBlock').length).toBe(4);
    script.news((swarm, nowMs) => swarm.onBytesSent(conn, 2 * BLOCK, nowMs));
    expect(script.of('sendBlock').length).toBe(6);
  });

  test('a peer is served until its piece is through, then the next one', () => {
    const script = new Script(4, { seed: true, config: { unsentBytesMax: BLOCK } });
    const conns = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of conns) script.say(conn, INTERESTED);
    for (const conn of conns) for (let n = 0; n < 20; n += 1) script.say(conn, ask(n));
    for (let n = 0; n < 80; n += 1)
      for (const conn of conns) script.news((swarm, t) => swarm.onBytesSent(conn, BLOCK, t));
    const turns = script.of('sendBlock').map(({ conn }) => conn);
    expect(turns.length).toBe(40);
    expect(turns.filter((conn, at) => at > 0 && conn !== turns[at - 1]).length).toBe(3);
  });

  test('who stops reading gives its room to others, soon and without a word', () => {
    const config = { unsentBytesPerPeer: 12 * BLOCK, unsentBytesMax: 24 * BLOCK };
    const script = new Script(8, { seed: true, config });
    const deaf = ['a', 'b'].map((user) => script.connect(user));
    for (const conn of deaf) {
      script.say(conn, INTERESTED);
      for (let n = 0; n < 64; n += 1) script.say(conn, ask(n));
      script.news((swarm, nowMs) => swarm.onBytesSent(conn, 40 * BLOCK, nowMs));
    }
    const bob = script.connect('c');
    script.say(bob, INTERESTED, ask(0));
    const given = (): number => script.of('sendBlock').filter(({ conn }) => conn === bob).length;
    expect(given()).toBe(0);
    script.pass(1_000);
    expect(given()).toBe(1);
  });

  test('a part of a block, or what was given before, is to be had now and then, but not without end', () => {
    const script = new Script(1, { seed: true });
    const [crumbs, again] = ['a', 'b'].map((user) => script.connect(user));
    const flood = (conn: number, message: (n: number) => Message): void => {
      script.say(conn, INTERESTED);
      for (let n = 0; n < 10_000; n += 1) {
        script.say(conn, message(n));
        script.news((swarm, nowMs) => swarm.onBytesSent(conn, BLOCK, nowMs));
      }
    };
    flood(crumbs!, (n) => ({ type: 'request', piece: 0, begin: n % BLOCK, length: 1 }));
    flood(again!, (n) => ask(n % 16));
    expect([script.closedFor(crumbs!), script.closedFor(again!)]).toEqual(['FLOOD', 'FLOOD']);
    const blocks = script.of('sendBlock').filter(({ conn }) => conn === again).length;
    expect(blocks).toBeGreaterThan(2 * 16);
    expect(blocks).toBeLessThan(4_100);
  });

  test('the queue is bounded: what is too much is rejected, and in the end a fault', () => {
    const script = new Script(8, { seed: true, config: { requestsMax: 10, unsentBytesPerPeer: 1 } });
    const conn = script.connect();
    script.say(conn, INTERESTED);
    script.news((swarm, nowMs) => swarm.onBytesSent(conn, 1_000, nowMs));
    for (let n = 0; n < 20; n += 1) script.say(conn, ask(n));
    expect(script.types(conn).filter((type) => type === 'reject').length).toBe(9);
    for (let n = 0; n < 5_000; n += 1) script.say(conn, ask(n % 64));
    expect(script.closedFor(conn)).toBe('FLOOD');
  });

  test('a cancelled request is answered by a rejection, a block already under way is not', () => {
    const script = new Script(8, { seed: true, config: { unsentBytesPerPeer: 1 } });
    const conn = script.connect();
    script.say(conn, INTERESTED);
    script.news((swarm, nowMs) => swarm.onBytesSent(conn, 1_000, nowMs));
    script.say(conn, ask(0), ask(1));
    for (const n of [0, 1])
      script.say(conn, { ...(ask(n) as Message & { type: 'request' }), type: 'cancel' });
    expect(script.sent(conn).filter(({ type }) => type === 'reject')).toEqual([
      { ...ask(1), type: 'reject' },
    ]);
  });

  test('the last block of a file may be asked for whole, as if padding followed; nothing behind it', () => {
    const lastPieceBytes = 3 * BLOCK + 5;
    const last: Message = { type: 'request', piece: 1, begin: 3 * BLOCK, length: BLOCK };
    const ask = (request: Message): Script => {
      const script = new Script(2, { seed: true, lastPieceBytes });
      script.say(script.connect(), INTERESTED, request);
      return script;
    };
    expect(ask(last).of('sendBlock')).toMatchObject([{ piece: 1, begin: 3 * BLOCK, length: BLOCK }]);
    for (const request of [
      { ...last, length: BLOCK + 1 },
      { ...last, begin: 4 * BLOCK },
      { ...last, begin: lastPieceBytes, length: 1 },
    ]) {
      const script = ask(request);
      expect([script.closedFor(1), script.of('sendBlock')]).toEqual(['OUT_OF_RANGE', []]);
    }
  });

  test('what cannot be read is rejected', () => {
    const script = new Script(1, { seed: true });
    const conn = script.connect();
    script.say(conn, INTERESTED, ask(0));
    script.news((swarm, nowMs) => swarm.onBlockUnreadable(conn, 0, 0, BLOCK, nowMs));
    expect(script.sent(conn)).toContainEqual({ ...ask(0), type: 'reject' });
  });

  test('a peer that never reads is let go', () => {
    const script = new Script(8, { seed: true });
    const conn = script.connect();
    script.say(conn, INTERESTED, ask(0));
    for (let n = 0; n < 10; n += 1) {
      script.pass(10_000);
      script.say(conn, { type: 'keep-alive' });
    }
    expect(script.closedFor(conn)).toBe('SILENT');
  });

  test('several of our kind are told which pieces to take, each other ones', () => {
    const script = new Script(8, { seed: true });
    const conns = ['a', 'b'].map((user) => {
      const conn = script.connect(user);
      script.sayOwn(conn);
      script.say(conn, { type: 'have-none' }, INTERESTED);
      return conn;
    });
    const suggested = conns.map((conn) =>
      script.sent(conn).flatMap((m) => (m.type === 'suggest' ? [m.piece] : [])),
    );
    script.pass(100);
    expect(suggested[1]!.length).toBeGreaterThan(0);
    expect(new Set(suggested.flat()).size).toBe(suggested.flat().length);
  });
});
