import { describe, expect, test } from 'vitest';
import * as base from './index.ts';

describe('bytes', () => {
  test('hex and base64url go both ways', () => {
    const bytes = new Uint8Array([0, 1, 127, 128, 254, 255]);
    expect(base.toHex(bytes)).toBe('00017f80feff');
    expect(base.fromHex('00017f80feff')).toEqual(bytes);
    expect(base.fromBase64Url(base.toBase64Url(bytes))).toEqual(bytes);
  });

  test('sha256 of parts is sha256 of the whole (FIPS 180-2, "abc")', () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(base.sha256Hex('abc')).toBe(digest);
    expect(base.sha256Hex('a', base.utf8('bc'))).toBe(digest);
  });

  test('a view shares memory with what it views', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    base.view(bytes.subarray(1, 3))[0] = 9;
    expect(bytes).toEqual(new Uint8Array([1, 9, 3, 4]));
  });

  test.each([
    { why: 'equal', a: 'aa', b: 'aa', order: 0 },
    { why: 'unsigned bytes', a: '7f', b: '80', order: -1 },
    { why: 'a prefix comes first', a: 'aa', b: 'aa00', order: -1 },
  ])('byte order: $why', ({ a, b, order }) => {
    const [left, right] = [base.fromHex(a), base.fromHex(b)];
    expect(Math.sign(base.compareBytes(left, right))).toBe(order);
    expect(base.equalBytes(left, right)).toBe(order === 0);
    expect(base.equalSecrets(left, right)).toBe(order === 0);
  });
});

describe('ids', () => {
  const hex = 'ab'.repeat(32);
  test.each([
    { why: 'a hash', text: hex, ok: true },
    { why: 'upper case', text: hex.toUpperCase(), ok: false },
    { why: 'too short', text: hex.slice(1), ok: false },
    { why: 'a line break after it', text: `${hex}\n`, ok: false },
    { why: 'not hex', text: 'x'.repeat(64), ok: false },
  ])('an id is 64 lower-case hex digits: $why', ({ text, ok }) => {
    for (const parse of [base.toUserId, base.toGroupId, base.toContentId, base.toInfoHash]) {
      expect(parse(text)).toBe(ok ? text : undefined);
    }
  });

  test.each([
    { why: 'first', n: 0, ok: true },
    { why: 'last', n: 9, ok: true },
    { why: 'one past last', n: 10, ok: false },
    { why: 'negative', n: -1, ok: false },
    { why: 'u32 wrap-around', n: 2 ** 32, ok: false },
    { why: 'a fraction', n: 1.5, ok: false },
    { why: 'not a number', n: NaN, ok: false },
  ])('piece index of a 10-piece torrent: $why', ({ n, ok }) => {
    expect(base.toPieceIndex(n, 10)).toBe(ok ? n : undefined);
  });
});

describe('errors', () => {
  test('a command error keeps its code apart from its text', () => {
    const cause = new Error('ENOSPC');
    const error = new base.CommandError('NO_SPACE', 'The disk is full.', { cause });
    expect([error.code, error.message, error.cause]).toEqual(['NO_SPACE', 'The disk is full.', cause]);
  });

  test('codes are listed once, in order', () => {
    expect([...base.ERROR_CODES]).toEqual([...new Set(base.ERROR_CODES)].sort());
  });

  test('a peer fault says its code first', () => {
    expect(new base.PeerFault('FRAME_TOO_LONG', '9 B').message).toBe('FRAME_TOO_LONG: 9 B');
  });

  test('a broken invariant throws, a kept one does not', () => {
    expect(() => base.invariant('anything', 'fine')).not.toThrow();
    expect(() => base.invariant(undefined, 'count is known')).toThrow('invariant broken: count is known');
    expect(() => base.assertNever('left' as never)).toThrow('unhandled case: "left"');
  });

  test.each([
    { why: 'a system error', thrown: Object.assign(new Error(), { code: 'ENOENT' }), code: 'ENOENT' },
    { why: 'a numeric code', thrown: { code: 5 }, code: undefined },
    { why: 'nothing', thrown: undefined, code: undefined },
    { why: 'a string', thrown: 'ENOENT', code: undefined },
  ])('the system code of $why', ({ thrown, code }) => {
    expect(base.systemCode(thrown)).toBe(code);
  });
});

describe('chance', () => {
  test('the same seed gives the same run, another seed another', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, base.seededChance(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('every draw is in [0, 1), spread over all of it', () => {
    const chance = base.seededChance(1);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(chance() * 10)]! += 1;
    expect(Math.min(...tenths)).toBeGreaterThan(800);
    expect(tenths.reduce((sum, n) => sum + n, 0)).toBe(10_000);
  });

  test('secret bytes have the length asked for and differ each time', () => {
    expect(base.secretBytes(16)).toHaveLength(16);
    expect(base.secretBytes(16)).not.toEqual(base.secretBytes(16));
  });
});

describe('where workers lie', () => {
  test.each([
    { why: 'run from source', caller: 'file:///x/src/hashing/pool.ts', url: 'file:///x/dist/hashing/w.js' },
    {
      why: 'run from the build',
      caller: 'file:///x/dist/hashing/pool.js',
      url: 'file:///x/dist/hashing/w.js',
    },
    {
      why: 'a checkout below another src',
      caller: 'file:///src/x/src/hashing/pool.ts',
      url: 'file:///src/x/dist/hashing/w.js',
    },
  ])('$why', ({ caller, url }) => {
    expect(base.workerUrl(caller, 'w').href).toBe(url);
  });
});

test('the silent logger makes silent children', () => {
  const child = base.silentLogger.child({ peer: 'a' });
  expect(() => child.error('anything', { n: 1 })).not.toThrow();
  expect(child).toBe(base.silentLogger);
});
