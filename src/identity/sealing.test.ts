import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/index.ts';
import {
  newAccountKey,
  open,
  seal,
  sealContext,
  unlockerOf,
  unwrapAccountKey,
  wrapAccountKey,
} from './sealing.ts';

const key = newAccountKey();
const context = sealContext('anna', 'member', 'lab');

describe('a sealed secret', () => {
  test('opens with its key and context, and differs each time', () => {
    const secret = utf8('private');
    const sealed = seal(key, secret, context);
    expect(open(key, sealed, context)).toEqual(secret);
    expect(seal(key, secret, context)).not.toEqual(sealed);
    expect(open(key, seal(key, new Uint8Array(), context), context)).toEqual(new Uint8Array());
  });

  const sealed = seal(key, utf8('private'), context);
  test.each([
    { why: 'another key', with: newAccountKey(), as: context },
    { why: 'another user', with: key, as: sealContext('ben', 'member', 'lab') },
    { why: 'another kind', with: key, as: sealContext('anna', 'identity', 'lab') },
    { why: 'another group', with: key, as: sealContext('anna', 'member', 'class') },
    { why: 'fields moved', with: key, as: sealContext('anna', 'member\nlab', '') },
  ])('stays shut for $why', (attempt) => {
    expect(open(attempt.with, sealed, attempt.as)).toBeUndefined();
  });

  test('stays shut when any bit was changed, and hostile bytes never throw', () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.map((byte, i) => (i === at ? byte ^ 0x10 : byte));
      expect(open(key, changed, context)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => open(key, bytes, context) === undefined),
    );
  });
});

describe('the account key', () => {
  const accountKey = newAccountKey();
  const byPassword = unlockerOf(utf8('export key'), 'password');

  test('is wrapped for one unlocker and one user', () => {
    const wrapped = wrapAccountKey(byPassword, accountKey, 'anna');
    expect(unwrapAccountKey(byPassword, wrapped, 'anna')).toEqual(accountKey);
    expect(unwrapAccountKey(byPassword, wrapped, 'ben')).toBeUndefined();
    expect(unwrapAccountKey(unlockerOf(utf8('export key'), 'recovery'), wrapped, 'anna')).toBeUndefined();
  });
});
