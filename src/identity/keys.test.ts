import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/index.ts';
import {
  generateKey,
  hasKeyForm,
  keyCode,
  PUBLIC_KEY_BYTES,
  sign,
  SIGNATURE_BYTES,
  userIdOf,
  verify,
} from './keys.ts';

const pair = generateKey();
const message = utf8('a message');

describe('signatures', () => {
  test('hold for the key and the bytes that were signed', () => {
    const signature = sign(pair.privateKey, message);
    expect(signature.length).toBe(SIGNATURE_BYTES);
    expect(verify(pair.publicKey, message, signature)).toBe(true);
  });

  const good = sign(pair.privateKey, message);
  const offCurve = pair.publicKey.slice();
  offCurve[PUBLIC_KEY_BYTES - 1] = (offCurve[PUBLIC_KEY_BYTES - 1] ?? 0) ^ 1;
  test.each([
    { why: 'other bytes', key: pair.publicKey, bytes: utf8('a massage'), signature: good },
    { why: 'another key', key: generateKey().publicKey, bytes: message, signature: good },
    {
      why: 'a flipped bit',
      key: pair.publicKey,
      bytes: message,
      signature: good.map((b, at) => (at === 9 ? b ^ 1 : b)),
    },
    { why: 'zeros', key: pair.publicKey, bytes: message, signature: new Uint8Array(SIGNATURE_BYTES) },
    { why: 'a short signature', key: pair.publicKey, bytes: message, signature: good.subarray(1) },
    { why: 'an empty signature', key: pair.publicKey, bytes: message, signature: new Uint8Array() },
    { why: 'a point off the curve', key: offCurve, bytes: message, signature: good },
    { why: 'a key cut short', key: pair.publicKey.subarray(1), bytes: message, signature: good },
    { why: 'no key at all', key: new Uint8Array(PUBLIC_KEY_BYTES), bytes: message, signature: good },
  ])('do not hold for $why, and never throw', ({ key, bytes, signature }) => {
    expect(verify(key, bytes, signature)).toBe(false);
  });
});

describe('public keys', () => {
  test('have one form, so that a key has one id', () => {
    expect(pair.publicKey.length).toBe(PUBLIC_KEY_BYTES);
    expect(hasKeyForm(pair.publicKey)).toBe(true);
    const compressed = pair.publicKey.slice();
    compressed[PUBLIC_KEY_BYTES - 65] = 2;
    expect(hasKeyForm(compressed)).toBe(false);
    expect(userIdOf(pair.publicKey)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('have a code of ten characters that people can read to each other', () => {
    expect(keyCode(pair.publicKey)).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(keyCode(generateKey().publicKey)).not.toBe(keyCode(pair.publicKey));
  });
});
