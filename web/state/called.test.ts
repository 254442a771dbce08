import { expect, test } from 'vitest';
import { isCalled, nameAmong } from './called.ts';

const row = (file: string, digit: string, group = 'lab') => ({ group, file, content: digit.repeat(64) });
const [first, second] = [row('a.txt', '1'), row('a.txt', '2')];

test('one of its name is called by it; of several each with its content', () => {
  expect(nameAmong([first, row('b.txt', '2'), row('a.txt', '3', 'club')], first)).toBe('a.txt');
  expect(nameAmong([first, second], first)).toBe('a.txt@1111111111111111');
});

test('what is called so is found by it', () => {
  expect(isCalled(first, 'a.txt')).toBe(true);
  for (const each of [first, second]) {
    expect([first, second].filter((other) => isCalled(other, nameAmong([first, second], each)))).toEqual([
      each,
    ]);
  }
  expect(isCalled(first, 'a.txt@2')).toBe(false);
  expect(isCalled(row('a.txt@11', '3'), 'a.txt@11')).toBe(true);
  expect(isCalled(first, 'a')).toBe(false);
});
