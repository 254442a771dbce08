import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase32, normalizeBase32, toBase32 } from './base32.ts';
import { newRecoveryCode, parseRecoveryCode } from './recovery-code.ts';

describe('a recovery code', () => {
  const code = newRecoveryCode();

  test('is 30 characters in groups of five, fresh each time', () => {
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(newRecoveryCode()).not.toBe(code);
  });

  test('unlocks the same however it is typed', () => {
    const unlocker = parseRecoveryCode(code);
    expect(unlocker?.proof.length).toBe(32);
    expect(unlocker?.wrapKey).not.toEqual(unlocker?.proof);
    const sloppy = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(parseRecoveryCode(` ${sloppy} `)).toEqual(unlocker);
    expect(parseRecoveryCode(code.replaceAll('-', ''))).toEqual(unlocker);
  });

  test('notices every single wrong character and every swap of neighbours', () => {
    const plain = code.replaceAll('-', '');
    for (let at = 0; at < plain.length; at++) {
      for (const wrong of '0A7Z') {
        if (wrong === plain[at]) continue;
        expect(parseRecoveryCode(plain.slice(0, at) + wrong + plain.slice(at + 1))).toBeUndefined();
      }
      const swapped = plain.slice(0, at) + (plain[at + 1] ?? '') + (plain[at] ?? '') + plain.slice(at + 2);
      if (swapped !== plain) expect(parseRecoveryCode(swapped)).toBeUndefined();
    }
  });

  test.each([
    '',
    'XXXXX',
    `${code}0`,
    code.slice(0, -1),
    code.replace(/.$/, 'U'),
    '💥'.repeat(30),
    '-'.repeat(1e5),
  ])('is not %j', (text) => {
    expect(parseRecoveryCode(text)).toBeUndefined();
  });
});

test('base32 gives back what it was given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const spelt = toBase32(bytes);
      expect(normalizeBase32(spelt.toLowerCase())).toBe(spelt);
      expect(fromBase32(spelt)).toEqual(bytes);
    }),
  );
});
