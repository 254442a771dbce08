import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretLine } from './hidden-input.ts';

const typed = (text: string) => new SecretLine().push(text);

test.each([
  { why: 'Enter ends it', text: 'secret\r', secret: 'secret', rest: '' },
  { why: 'what follows is left to others', text: 'a\rnext', secret: 'a', rest: 'next' },
  { why: 'CR and LF are one Enter', text: 'a\r\nb', secret: 'a', rest: 'b' },
  { why: 'backspace takes a whole character', text: 'ab👩\x7f\x7fc\r', secret: 'ac', rest: '' },
  { why: 'Ctrl-U starts anew', text: 'wrong\x15right\r', secret: 'right', rest: '' },
  { why: 'arrow and function keys are nothing', text: 'a\x1b[D\x1bOP\x1b[15~b\r', secret: 'ab', rest: '' },
  { why: 'blanks belong to it', text: ' a b \r', secret: ' a b ', rest: '' },
  { why: 'Ctrl-C gives it up', text: 'abc\x03x', secret: undefined, rest: 'x' },
  { why: 'Ctrl-D gives up an empty one', text: '\x04', secret: undefined, rest: '' },
])('$why', ({ text, secret, rest }) => {
  expect(typed(text)).toEqual({ secret, rest });
});

test('Ctrl-D in the middle is nothing', () => {
  expect(typed('ab\x04')).toBeUndefined();
});

test('it does not matter how keys are bundled', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !/\p{Cc}/u.test(s));
  fc.assert(
    fc.property(text, fc.nat(20), (secret, at) => {
      const line = new SecretLine();
      const characters = Array.from(secret);
      expect(line.push(characters.slice(0, at).join(''))).toBeUndefined();
      expect(line.push(`${characters.slice(at).join('')}\r`)).toEqual({ secret, rest: '' });
    }),
  );
});

test('a flood is not taken in', () => {
  expect(typed(`${'x'.repeat(100_000)}\r`)?.secret?.length).toBe(1024);
});
