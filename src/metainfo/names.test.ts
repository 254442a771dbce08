import { describe, expect, test } from 'vitest';
import { checkName, checkNameOn, foldName } from './names.ts';

describe('checkName', () => {
  test.each([
    { why: 'nothing', name: '' },
    { why: 'this folder', name: '.' },
    { why: 'the folder above', name: '..' },
    { why: 'a path', name: 'a/b' },
    { why: 'an absolute path', name: '/etc' },
    { why: 'a path on Windows', name: '..\\x' },
    { why: 'NUL ends a C string', name: 'a\0b' },
    { why: 'an escape sequence', name: '\u001b[2J' },
    { why: 'a line break', name: 'a\nb' },
    { why: 'text that runs backwards', name: 'gpj.\u202Eexe' },
    { why: 'half a character', name: 'a\uD800' },
    { why: 'a device', name: 'CON' },
    { why: 'a device with an extension', name: 'aux.tar.gz' },
    { why: 'a device with a space before the extension', name: 'nul .txt' },
    { why: 'a device with a superscript digit', name: 'COM¹' },
    { why: 'a dot at the end', name: 'readme.' },
    { why: 'a space at the end', name: 'readme ' },
    { why: '256 bytes', name: 'x'.repeat(256) },
    { why: '128 characters of two bytes', name: 'é'.repeat(128) },
  ])('refuses $why', ({ name }) => expect(checkName(name)).toBeTypeOf('string'));

  test.each([
    'x'.repeat(255),
    '.hidden',
    '...three',
    'Ünïcode ñame.txt',
    '日本ツアー.jpg',
    'سجل‌ها.txt',
    '👩‍👩‍👧.png',
    'console.log',
    'com10',
    'icon',
    "what's: this?",
    ' leading',
  ])('accepts %j', (name) => expect(checkName(name)).toBeUndefined());

  test('characters that Windows alone forbids are refused there alone', () => {
    for (const name of ['a:b', 'a?b', '<a>', 'a|b', 'a"b', 'a*b']) {
      expect(checkNameOn('linux', name)).toBeUndefined();
      expect(checkNameOn('win32', name)).toBeTypeOf('string');
    }
    expect(checkNameOn('win32', 'plain.txt')).toBeUndefined();
  });
});

test.each([
  { a: 'README', b: 'readme', same: true },
  { a: 'caf\u00e9', b: 'cafe\u0301', same: true },
  { a: 'STRASSE', b: 'straße', same: true },
  { a: 'ẞ', b: 'ss', same: true },
  { a: 'ΣΑΣ', b: 'σας', same: true },
  { a: '\u212a', b: 'k', same: true },
  { a: 'a', b: 'b', same: false },
  { a: 'e', b: 'é', same: false },
])('foldName: $a and $b the same: $same', ({ a, b, same }) => {
  expect(foldName(a) === foldName(b)).toBe(same);
});
