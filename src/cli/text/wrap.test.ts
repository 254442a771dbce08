import { expect, test } from 'vitest';
import { wrap } from './wrap.ts';

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
