import { expect, test } from 'vitest';
import { breakLine, wrap } from './wrap.ts';

test.each([
  ['', 10, '', []],
  ['one two', 7, '', ['one two']],
  ['one two', 6, '', ['one', 'two']],
  ['one two three four', 9, '  ', ['one two', '  three', '  four']],
  ['a verylongword b', 5, '', ['a', 'verylongword', 'b']],
  ['one\n  two', 20, '', ['one two']],
])('%j in %i columns', (text, columns, indent, lines) => {
  expect(wrap(text, columns, indent)).toEqual(lines);
});

test.each([
  ['short', 10, ['short']],
  ['one two three', 7, ['one two', 'three']],
  ['a  b  c d e', 7, ['a  b  c', 'd e']],
  ['see mbt://join/abcdefgh now', 8, ['see', 'mbt://join/abcdefgh', 'now']],
  ['abcdefghijk', 4, ['abcdefghijk']],
])('%j breaks at blanks in %i columns', (text, columns, lines) => {
  expect(breakLine(text, columns)).toEqual(lines);
});
