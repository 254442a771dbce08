import { expect, test } from 'vitest';
import { looksBinary, textHead } from './text-head.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a character cut in two is left out', () => {
  expect(textHead(utf8('größe €').slice(0, -1))).toBe('größe ');
});

test('bytes that are no text do no harm', () => {
  expect(textHead(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb');
});

test('texts of other systems are read by their mark', () => {
  expect(textHead(Uint8Array.of(0xff, 0xfe, 0x61, 0, 0xac, 0x20))).toBe('a€');
  expect(textHead(Uint8Array.of(0xfe, 0xff, 0, 0x61))).toBe('a');
  expect(textHead(utf8('\ufeffa'))).toBe('a');
});

test.each([
  { why: 'prose', text: 'Many words.\n\tAnd a table.\r\n', binary: false },
  { why: 'an escape sequence in a log', text: '\u001b[31mred\u001b[0m', binary: false },
  { why: 'one broken character', text: `caf\ufffd ${'x'.repeat(20)}`, binary: false },
  { why: 'zeros', text: '\0\0\0\u0001', binary: true },
  { why: 'noise', text: 'a\ufffdb\ufffdc\ufffd', binary: true },
  { why: 'nothing', text: '', binary: false },
])('looks binary: $why', ({ text, binary }) => {
  expect(looksBinary(text)).toBe(binary);
});
