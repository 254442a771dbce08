import { expect, test } from 'vitest';
import { parseRate } from './rate.ts';

test.each([
  { text: '500k', rate: 512_000 },
  { text: '2M', rate: 2 * 2 ** 20 },
  { text: '2.5m', rate: 2.5 * 2 ** 20 },
  { text: '1 GiB/s', rate: 2 ** 30 },
  { text: '300KB/s', rate: 300 * 1024 },
  { text: '1k', rate: 1024 },
  { text: 'none', rate: undefined },
  { text: 'None', rate: undefined },
])('$text is $rate bytes a second', ({ text, rate }) => {
  expect(parseRate(text)).toBe(rate);
});

test.each([
  { text: '500', why: 'of what?' },
  { text: '0k', why: 'nothing is no speed' },
  { text: '0.5k', why: 'nobody waits for that' },
  { text: '-5k', why: 'below nothing' },
  { text: '1e9k', why: 'not how people write' },
  { text: '5x', why: 'no unit' },
  { text: '', why: 'nothing' },
  { text: '12345678k', why: 'longer than any link' },
])('$text is refused: $why', ({ text }) => {
  expect(() => parseRate(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENTS' }));
});
