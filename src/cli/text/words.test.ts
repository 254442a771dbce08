import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type QuoteStyle, quoteAs, quoteWord } from './quote.ts';
import { splitWords } from './words.ts';

const texts = (line: string): string[] => splitWords(line).words.map((word) => word.text);

test.each([
  { why: 'blanks of any number separate', line: '  a \t b  ', words: ['a', 'b'] },
  { why: 'double quotes keep blanks', line: '"Japan Tour.jpg" x', words: ['Japan Tour.jpg', 'x'] },
  { why: 'a backslash keeps a blank', line: String.raw`Japan\ Tour.jpg`, words: ['Japan Tour.jpg'] },
  { why: 'single quotes keep all', line: String.raw`'a "b" \ c'`, words: [String.raw`a "b" \ c`] },
  { why: 'double quotes know two escapes', line: String.raw`"a\"b\\c\d"`, words: [String.raw`a"b\c\d`] },
  { why: 'parts join to one word', line: `a'b c'"d e"f`, words: ['ab cd ef'] },
  { why: 'an empty word can be given', line: `""  ''`, words: ['', ''] },
  { why: 'any script', line: '日本 ツアー.jpg', words: ['日本', 'ツアー.jpg'] },
  { why: 'a no-break space is part of a name', line: 'a\u00a0b', words: ['a\u00a0b'] },
  { why: 'nothing', line: '', words: [] },
])('splits: $why', ({ line, words }) => {
  expect(texts(line)).toEqual(words);
});

test.each([
  { line: 'say "hello', open: '"' },
  { line: "it's", open: "'" },
  { line: 'end\\', open: '\\' },
  { line: '"done" \'done\' \\ ', open: undefined },
])('what is left open in <$line>', ({ line, open }) => {
  expect(splitWords(line).open).toBe(open);
});

test('words know where they stand', () => {
  const { words } = splitWords('  get "a b"');
  expect(words.map(({ start, end }) => [start, end])).toEqual([
    [2, 5],
    [6, 11],
  ]);
});

describe('quoting', () => {
  test.each([
    ['plain.txt', 'plain.txt'],
    ['日本.txt', '日本.txt'],
    ['Japan Tour.jpg', '"Japan Tour.jpg"'],
    ['say "hi"', String.raw`"say \"hi\""`],
    ['', '""'],
  ])('%s is typed %s', (text, typed) => {
    expect(quoteWord(text)).toBe(typed);
  });

  test('what is quoted, in any style, is read back as one word', () => {
    const style = fc.constantFrom<QuoteStyle[]>('bare', '"', "'");
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), style, (text, how) => {
        expect(texts(`x ${quoteAs(text, how)} y`)).toEqual(['x', text, 'y']);
        expect(texts(quoteWord(text))).toEqual([text]);
      }),
    );
  });
});
