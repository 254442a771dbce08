import { describe, expect, test } from 'vitest';
import { toHex } from '../base/index.ts';
import type { HashRequest } from '../metainfo/index.ts';
import { EXTENSION_IDS, type Message } from '../wire/index.ts';
import { OWN_ID, PIECE_BYTES, Script } from '../../test/simulation/scripted-swarm.ts';

const BLOCK = 16 * 1024;
const ALL: Message = { type: 'have-all' };
const UNCHOKE: Message = { type: 'unchoke' };
const INTERESTED: Message = { type: 'interested' };

describe('what no honest peer says ends its connection', () => {
  const request = (piece: number, begin: number, length: number): Message => ({
    type: 'request',
    piece,
    begin,
    length,
  });
  test.each<{ why: string; says: Message[]; code: string }>([
    { why: 'have of a piece past the last', says: [{ type: 'have', piece: 4 }], code: 'OUT_OF_RANGE' },
    { why: 'have of piece 2^32-1', says: [{ type: 'have', piece: 0xffffffff }], code: 'OUT_OF_RANGE' },
    {
      why: 'a bitfield too long',
      says: [{ type: 'bitfield', bits: new Uint8Array(2) }],
      code: 'OUT_OF_RANGE',
    },
    {
      why: 'a bitfield with spare bits',
      says: [{ type: 'bitfield', bits: Uint8Array.of(0x08) }],
      code: 'OUT_OF_RANGE',
    },
    { why: 'a request past the last piece', says: [INTERESTED, request(4, 0, BLOCK)], code: 'OUT_OF_RANGE' },
    {
      why: 'a request past the end of a piece',
      says: [INTERESTED, request(0, PIECE_BYTES, 1)],
      code: 'OUT_OF_RANGE',
    },
    { why: 'a request of nothing', says: [INTERESTED, request(0, 0, 0)], code: 'OUT_OF_RANGE' },
    {
      why: 'a stranger asking for 256 KiB',
      says: [INTERESTED, request(0, 0, PIECE_BYTES)],
      code: 'OUT_OF_RANGE',
    },
    { why: 'a request of 4 GiB', says: [INTERESTED, request(0, 0, 0xffffffff)], code: 'OUT_OF_RANGE' },
    {
      why: 'losing a piece past the last',
      says: [{ type: 'dont-have', id: 2, piece: 9 }],
      code: 'OUT_OF_RANGE',
    },
  ])('$why: $code', ({ says, code }) => {
    const script = new Script(4, { seed: true });
    const conn = script.connect();
    script.say(conn, ...says);
    expect(script.closedFor(conn)).toBe(code);
  });

  test.each<{ why: string; message: Message }>([
    { why: 'keep-alives', message: { type: 'keep-alive' } },
    { why: 'one have over and over', message: { type: 'have', piece: 1 } },
    { why: 'changes of interest', message: { type: 'not-interested' } },
    { why: 'bitfields', message: { type: 'bitfield', bits: Uint8Array.of(0x80) } },
    { why: 'requests while choked', message: { type: 'request', piece: 0, begin: 0, length: BLOCK } },
    { why: 'cancels of nothing', message: { type: 'cancel', piece: 0, begin: 0, length: BLOCK } },
    { why: 'rejections of nothing', message: { type: 'reject', piece: 0, begin: 0, length: BLOCK } },
    { why: 'extension handshakes', message: { type: 'extension-handshake', handshake: { ids: {} } } },
    { why: 'requests for metadata', message: { type: 'metadata-request', id: 1, piece: 0 } },
    { why: 'group news', message: { type: 'group-news', id: 4, payload: new Uint8Array(9) } },
    { why: 'hash requests', message: { type: 'hash-request', request: anyHashRequest() } },
    {
      why: 'hashes nobody asked for',
      message: { type: 'hashes', request: anyHashRequest(), hashes: new Uint8Array(64) },
    },
  ])('a flood of $why: FLOOD', ({ message }) => {
    const script = new Script(4);
    const conn = script.connect();
    for (let n = 0; n < 5_000; n += 1) script.say(conn, message);
    expect(script.closedFor(conn)).toBe('FLOOD');
  });

  test('a block that was not asked for has no place', () => {
    const script = new Script(4);
    const conn = script.connect();
    script.say(conn, ALL);
    expect(script.give(conn, 0, 0, new Uint8Array(BLOCK))).toBe(false);
  });

  test('nor has one that is longer or shorter than was asked for, or begins elsewhere', () => {
    const script = new Script(4);
    const conn = script.connect();
    script.say(conn, ALL, UNCHOKE);
    const [asked] = script.requests(conn);
    const { piece, begin, length } = asked ?? { piece: -1, begin: -1, length: 0 };
    expect(script.give(conn, piece, begin, new Uint8Array(length + 1))).toBe(false);
    expect(script.give(conn, piece, begin, new Uint8Array(length - 1))).toBe(false);
    expect(script.give(conn, piece, begin + 1, new Uint8Array(length))).toBe(false);
    expect(script.give(conn, piece, begin, new Uint8Array(length))).toBe(true);
  });
});

function anyHashRequest(): HashRequest {
  return { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 2, proofLayers: 0 };
}

describe('connections', () => {
  test('ourselves, by whatever way: SELF', () => {
    const script = new Script(1);
    expect(script.closedFor(script.connect('a', { peerId: OWN_ID }))).toBe('SELF');
  });

  test('one too many finds no place', () => {
    const script = new Script(1, { config: { connectionsMax: 2 } });
    const conns = ['a', 'b', 'c'].map((user) => script.connect(user));
    expect(conns.map((conn) => script.closedFor(conn))).toEqual([undefined, undefined, 'NO_ROOM']);
  });

  test('one user finds no more places by making up peer ids, and takes none from others', () => {
    const script = new Script(1, { config: { connectionsMax: 4, connectionsPerUserMax: 2 } });
    const mallory = [1, 2, 3].map((n) => script.connect('m', { peerId: new Uint8Array(20).fill(n) }));
    expect(mallory.map((conn) => script.closedFor(conn))).toEqual([undefined, undefined, 'NO_ROOM']);
    // Who comes again takes its own place.
    expect(script.closedFor(script.connect('m', { peerId: new Uint8Array(20).fill(1) }))).toBeUndefined();
    expect(['a', 'b'].map((user) => script.closedFor(script.connect(user)))).toEqual([undefined, undefined]);
  });

  test.each([
    { why: 'we have the lesser id: the one we dialled stays', theirs: 0xff, first: false, kept: 1 },
    { why: 'they have the lesser id: theirs stays', theirs: 0x01, first: false, kept: 0 },
    { why: 'a second one from them replaces the first', theirs: 0xff, first: true, kept: 1 },
  ])('both dialled: $why', ({ theirs, first, kept }) => {
    const script = new Script(1);
    const peerId = new Uint8Array(20).fill(theirs);
    const conns = [
      script.connect('a', { peerId, outgoing: first }),
      script.connect('a', { peerId, outgoing: true }),
    ];
    expect(conns.map((conn) => script.closedFor(conn) === undefined)).toEqual([0, 1].map((n) => n === kept));
  });

  test('two that have everything part', () => {
    const script = new Script(2, { seed: true });
    const conn = script.connect();
    script.say(conn, ALL);
    expect(script.closedFor(conn)).toBe('no fault');
  });

  test('idle: closed after a minute; silent: a fault', () => {
    const script = new Script(2);
    const [idle, silent] = [script.connect('a'), script.connect('b')];
    script.say(silent, INTERESTED);
    script.pass(61_000);
    expect([script.closedFor(idle), script.closedFor(silent)]).toEqual(['no fault', undefined]);
    script.pass(100_000);
    expect(script.closedFor(silent)).toBe('SILENT');
  });

  test('nobody there: no ticks at all', () => {
    expect(new Script(2).swarm.nextTickMs(0)).toBe(Infinity);
  });
});

describe('blocks', () => {
  const peer = (script: Script, user: string): number => {
    const conn = script.connect(user);
    script.say(conn, ALL, UNCHOKE);
    return conn;
  };

  test('strangers are asked for 16 KiB, our own for more', () => {
    const script = new Script(4);
    const stranger = peer(script, 'a');
    expect(new Set(script.requests(stranger).map(({ length }) => length))).toEqual(new Set([BLOCK]));
    const own = script.connect('b');
    script.sayOwn(own);
    script.say(own, ALL, UNCHOKE);
    expect(script.requests(own)[0]?.length).toBeGreaterThan(BLOCK);
  });

  test('a whole piece is handed out once, with its root, and then announced', () => {
    const script = new Script(1);
    const conn = peer(script, 'a');
    script.answer(conn);
    const [store, ...more] = script.of('storePiece');
    expect(more).toEqual([]);
    expect(toHex(store!.bytes)).toBe(toHex(script.content.piece(0)));
    script.news((swarm, nowMs) => swarm.onPieceStored(0, nowMs));
    expect(script.sent(conn)).toContainEqual({ type: 'have', piece: 0 });
    expect(script.of('complete').length).toBe(1);
    expect(script.swarm.status(0).heldBytes).toBe(PIECE_BYTES);
  });

  test('choked: others are asked for the same', () => {
    const script = new Script(1);
    const [first, second] = [peer(script, 'a'), peer(script, 'b')];
    script.say(first, { type: 'choke' });
    script.answer(second);
    expect(script.requests(second).reduce((sum, { length }) => sum + length, 0)).toBe(PIECE_BYTES);
    expect(script.of('storePiece').length).toBe(1);
  });

  test('in the end game the first to deliver wins, and the other one writes nothing into the piece', () => {
    const script = new Script(1);
    const slow = peer(script, 'a');
    const asked = script.requests(slow);
    const late = asked[0]!;
    // The slow one has begun with its first block when the others are already here.
    const half = script.swarm.blockTarget(slow, 0, late.begin, late.length, 0)!;
    half.subarray(0, 100).fill(1);
    const quick = peer(script, 'b');
    for (let from = 0; script.nowMs < 6_000;) {
      script.pass(100);
      const until = script.effects.length;
      script.answer(quick, from);
      from = until;
    }
    expect(script.of('storePiece').length).toBe(1);
    script.swarm.blockTarget(slow, 0, late.begin, late.length, script.nowMs)!.fill(0xee);
    script.news((swarm, nowMs) => swarm.onBlock(slow, 0, late.begin, late.length, nowMs));
    expect(toHex(script.of('storePiece')[0]!.bytes)).toBe(toHex(script.content.piece(0)));
    expect(script.closedFor(slow)).toBeUndefined();
  });

  test('a bad piece of one giver: that one is dropped, banned, and the piece fetched anew', () => {
    const script = new Script(1);
    const liar = peer(script, 'a');
    script.answerWith(liar, 0, ({ length }) => new Uint8Array(length));
    script.news((swarm, nowMs) => swarm.onPieceBad(0, nowMs));
    expect(script.closedFor(liar)).toBe('BAD_BLOCK');
    expect(script.closedFor(script.connect('a'))).toBe('NO_ROOM');
    const honest = peer(script, 'b');
    script.answer(honest);
    expect(script.of('storePiece').length).toBe(2);
  });

  test('the disk refuses: nothing more is asked for until somebody resumes', () => {
    const script = new Script(2);
    const conn = peer(script, 'a');
    script.answer(conn);
    const from = script.effects.length;
    script.news((swarm, nowMs) => swarm.onStoreFailed(script.of('storePiece')[0]!.piece, nowMs));
    script.pass(10_000);
    expect(script.requests(conn, from)).toEqual([]);
    script.news((swarm, nowMs) => swarm.resume(nowMs));
    expect(script.requests(conn, from).length).toBeGreaterThan(0);
  });

  test('paused: everyone is let go, nobody dialled; resumed: dialled again', () => {
    const script = new Script(2);
    const conn = peer(script, 'a');
    script.news((swarm, nowMs) => swarm.pause(nowMs));
    expect(script.closedFor(conn)).toBe('no fault');
    script.news((swarm, nowMs) => swarm.onSources([{ key: `${'b'.repeat(64)}/x`, seed: true }], nowMs));
    expect(script.of('dial')).toEqual([]);
    script.news((swarm, nowMs) => swarm.resume(nowMs));
    expect(script.of('dial').length).toBe(1);
  });

  test('held pieces that are gone from the disk are taken back and fetched', () => {
    const script = new Script(2, { seed: true });
    const conn = script.connect('a');
    script.sayOwn(conn);
    script.say(conn, { type: 'have', piece: 1 }, UNCHOKE);
    script.news((swarm, nowMs) => swarm.dropHeld([1], nowMs));
    expect(script.sent(conn)).toContainEqual({ type: 'dont-have', id: EXTENSION_IDS.dontHave, piece: 1 });
    script.answer(conn);
    expect(script.of('storePiece').map(({ piece }) => piece)).toEqual([1]);
  });
});

describe('news of the group', () => {
  test('go both ways between peers of our kind, and to nobody else', () => {
    const script = new Script(1);
    const [own, stranger] = [script.connect('a'), script.connect('b')];
    const groupDigest = Uint8Array.of(1, 2);
    script.sayOwn(own, { own: { requestBytesMax: BLOCK, device: 'home', groupDigest } });
    expect(script.of('groupDigest')).toEqual([{ type: 'groupDigest', conn: own, digest: groupDigest }]);
    script.say(own, { type: 'group-news', id: 4, payload: groupDigest });
    script.say(stranger, { type: 'group-news', id: 4, payload: groupDigest });
    expect(script.of('groupNews').map(({ conn }) => conn)).toEqual([own]);
    script.news((swarm) => swarm.sendGroupNews(undefined, groupDigest));
    expect([script.types(own).at(-1), script.types(stranger).at(-1)]).toEqual([
      'group-news',
      'extension-handshake',
    ]);
  });

  test('totals stay when a peer is gone', () => {
    const script = new Script(1);
    const conn = script.connect('a');
    script.say(conn, ALL, UNCHOKE);
    script.answer(conn);
    script.news((swarm, nowMs) => swarm.onDisconnected(conn, nowMs));
    expect(script.swarm.peers(0)).toMatchObject([{ conn: undefined, bytesFrom: PIECE_BYTES, progress: 1 }]);
  });
});
