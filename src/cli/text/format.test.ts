import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeControls, hasControls, toSafeJson } from './escape-controls.ts';
import { count, formatBytes, formatDate, formatDuration, isoDate, percent } from './format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KiB'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [256 * 2 ** 20, '256 MiB'],
  [1.25 * 2 ** 30, '1.3 GiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0.4, '0 s'],
  [59, '59 s'],
  [65, '1:05'],
  [3 * 3600 + 7 * 60, '3 h 07 min'],
  [52 * 3600, '2 d 4 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  { why: 'rounded down', done: 999, total: 1000, is: 99 },
  { why: 'an empty file is complete', done: 0, total: 0, is: 100 },
  { why: 'never above', done: 12, total: 10, is: 100 },
])('per cent: $why', ({ done, total, is }) => {
  expect(percent(done, total)).toBe(is);
});

test('dates for programs are UTC, impossible ones a question mark', () => {
  expect(isoDate(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(isoDate(Number.MAX_VALUE)).toBe('?');
  expect(formatDate(Number.NaN)).toBe('?');
  expect(formatDate(0)).toMatch(/^19(70-01-01|69-12-31) \d\d:\d\d$/);
});

test('nouns after a number', () => {
  expect([count(0, 'file'), count(1, 'file'), count(2, 'reply', 'replies')]).toEqual([
    '0 files',
    '1 file',
    '2 replies',
  ]);
});

test.each([
  { why: 'an escape sequence', text: 'a\x1b[2Jb', safe: String.raw`a\x1b[2Jb` },
  { why: 'a title in 8-bit controls', text: '\x9d0;x\x9c', safe: String.raw`\x9d0;x\x9c` },
  { why: 'a line of its own', text: 'x\nSUCCESS: y', safe: String.raw`x\nSUCCESS: y` },
  { why: 'a column of its own', text: 'a\tb', safe: String.raw`a\tb` },
  { why: 'reversed text', text: 'gpj.\u202etxt', safe: String.raw`gpj.\u{202e}txt` },
  { why: 'half a character', text: 'a\ud800b', safe: String.raw`a\u{d800}b` },
  { why: 'other scripts and emoji stay', text: '日本 é 👩‍🚀', safe: '日本 é 👩‍🚀' },
])('printing is safe: $why', ({ text, safe }) => {
  expect(escapeControls(text)).toBe(safe);
  expect(hasControls(safe)).toBe(false);
});

test('JSON lines are safe and parse back unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = toSafeJson({ text });
      expect(hasControls(line)).toBe(false);
      expect(JSON.parse(line)).toEqual({ text });
    }),
  );
});
