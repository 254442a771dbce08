import { describe, expect, test } from 'vitest';
import { foldLabel, isLabel, parseLabelRef, shareNameFault } from './label.ts';

describe('labels', () => {
  test.each([
    { text: 'lab', ok: true },
    { text: 'a', ok: true },
    { text: 'A.b_c-9', ok: true },
    { text: 'x'.repeat(32), ok: true },
    { text: 'x'.repeat(33), ok: false },
    { text: '', ok: false },
    { text: 'a b', ok: false },
    { text: 'a/b', ok: false },
    { text: 'a\n', ok: false },
    { text: 'lab~3f2a', ok: false },
    { text: 'läb', ok: false },
    { text: 'а', ok: false },
  ])('$text can be asked for: $ok', ({ text, ok }) => {
    expect(isLabel(text)).toBe(ok);
  });

  test('are the same whatever their case', () => {
    expect(foldLabel('Lab.X')).toBe(foldLabel('lAB.x'));
  });

  test.each([
    { typed: 'Lab', ref: { folded: 'lab' } },
    { typed: 'Lab~3f2a', ref: { folded: 'lab', idPrefix: '3f2a' } },
    { typed: 'lab~3F2A', ref: undefined },
    { typed: 'lab~3f', ref: undefined },
    { typed: 'lab~', ref: undefined },
    { typed: '~3f2a', ref: undefined },
    { typed: 'lab~3f2a~3f2a', ref: undefined },
  ])('$typed as typed', ({ typed, ref }) => {
    expect(parseLabelRef(typed)).toEqual(ref);
  });
});

describe('names of shares', () => {
  test.each(['Japan Tour.jpg', 'фильм', '映画', 'naïve', 'a~b', '.hidden', 'x'.repeat(255), 'שלום', '👩‍👩‍👧'])(
    '%j is good',
    (name) => {
      expect(shareNameFault(name)).toBeUndefined();
    },
  );

  test.each([
    { name: '', why: 'no name' },
    { name: '.', why: 'no name' },
    { name: '..', why: 'no name' },
    { name: 'a/b', why: 'slash' },
    { name: 'a\\b', why: 'slash' },
    { name: 'a\u0000', why: 'shown' },
    { name: 'a\nb', why: 'shown' },
    { name: 'a\u001b[2J', why: 'shown' },
    { name: 'a\u0085', why: 'shown' },
    { name: 'a\u2028b', why: 'shown' },
    { name: 'gpj.\u202Eexe', why: 'shown' },
    { name: 'a\uD800', why: 'shown' },
    { name: 'nai\u0308ve', why: 'NFC' },
    { name: 'ä'.repeat(128), why: '255' },
  ])('$name is not: $why', ({ name, why }) => {
    expect(shareNameFault(name)).toContain(why);
  });
});
