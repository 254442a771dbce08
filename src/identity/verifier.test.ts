import { afterAll, describe, expect, test } from 'vitest';
import { utf8 } from '../base/index.ts';
import { generateKey, sign } from './keys.ts';
import { packChecks, unpackChecks, type SignatureCheck } from './signature-batch.ts';
import { openVerifier } from './verifier.ts';

const pair = generateKey();
const check = (n: number): SignatureCheck => {
  const message = utf8(`message ${n}`);
  return { publicKey: pair.publicKey, message, signature: sign(pair.privateKey, message) };
};
const verifier = openVerifier(2);
afterAll(() => verifier.close());

describe('the verifier', () => {
  test.each([0, 1, 5, 600])('answers each of %i checks in its place', async (count) => {
    const checks = Array.from({ length: count }, (_, n) =>
      n % 3 === 0 ? { ...check(n), message: utf8('another') } : check(n),
    );
    expect(await verifier.verify(checks)).toEqual(checks.map((_, n) => n % 3 !== 0));
  });

  test('keys and signatures of a wrong length are wrong, and move nobody else’s answer', async () => {
    const checks = Array.from({ length: 9 }, (_, n) => check(n));
    checks[2] = { ...check(2), signature: new Uint8Array(3) };
    checks[5] = { ...check(5), publicKey: new Uint8Array(400) };
    expect(await verifier.verify(checks)).toEqual(checks.map((_, n) => n !== 2 && n !== 5));
  });

  test('closing rejects what is under way, and any later call', async () => {
    const other = openVerifier(1);
    const pending = expect(other.verify(Array.from({ length: 300 }, () => check(1)))).rejects.toThrow(
      'closed',
    );
    await Promise.all([other.close(), other.close(), pending]);
    await expect(other.verify([check(1)])).rejects.toThrow('closed');
  });

  test('a batch carries whole messages, empty ones too', () => {
    const checks = [check(1), { ...check(2), message: new Uint8Array() }, check(3)];
    expect(unpackChecks(packChecks(checks))).toEqual(checks);
  });
});
