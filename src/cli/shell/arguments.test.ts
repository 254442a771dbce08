import { expect, test } from 'vitest';
import { checkWords } from './arguments.ts';
import type { Typed } from './command.ts';

const invite: Typed = {
  name: 'invite',
  params: [{ name: 'group_id', kind: 'group' }],
  options: {
    expires: { kind: 'duration', value: 'time', summary: '' },
    uses: { kind: 'count', value: 'n', summary: '' },
    'max-size': { kind: 'size', value: 'size', summary: '' },
    pattern: { kind: 'text', value: 'glob', many: true, summary: '' },
    folder: { kind: 'path', value: 'dir', summary: '' },
    auto: { kind: 'flag', short: 'a', summary: '' },
  },
};
const login: Typed = {
  name: 'login',
  params: [
    { name: 'user_id', kind: 'user' },
    { name: 'passwd', kind: 'password' },
  ],
  options: { remember: { kind: 'flag', summary: '' } },
};
const NONE = {
  expires: undefined,
  uses: undefined,
  'max-size': undefined,
  pattern: [],
  folder: undefined,
  auto: false,
};
const read = (line: string, command = invite, secrets: 'typed' | 'asked' = 'typed') =>
  checkWords(command, line === '' ? [] : line.split(' '), secrets === 'asked', secrets);

test.each([
  { why: 'none', line: 'band', options: {} },
  { why: 'a flag before', line: '--auto band', options: { auto: true } },
  { why: 'a flag twice', line: '--auto band --auto', options: { auto: true } },
  { why: 'by its letter', line: 'band -a', options: { auto: true } },
  { why: 'a time', line: 'band --expires 7d', options: { expires: 604_800 } },
  { why: 'by an equals sign', line: 'band --expires=30m', options: { expires: 1800 } },
  { why: 'a number', line: '--uses 5 band', options: { uses: 5 } },
  { why: 'a size', line: 'band --max-size 1.5G', options: { 'max-size': 1.5 * 2 ** 30 } },
  { why: 'again and again', line: '--pattern *.a band --pattern=!b', options: { pattern: ['*.a', '!b'] } },
  { why: 'a path', line: 'band --folder /a/../b', options: { folder: '/b' } },
  { why: 'a value that looks like one', line: 'band --pattern --auto', options: { pattern: ['--auto'] } },
])('options anywhere: $why', ({ line, options }) => {
  expect(read(line)).toEqual({ values: ['band'], options: { ...NONE, ...options } });
});

test('after -- all are arguments', () => {
  expect(read('--auto -- --uses').values).toEqual(['--uses']);
  expect(() => read('band -- --auto')).toThrow(/too many words/);
});

test.each([
  { why: 'no such option', line: 'band --use 5', says: 'it has no option --use ' },
  { why: 'a flag with a value', line: 'band --auto=yes', says: '--auto takes no value' },
  { why: 'a value is missing', line: 'band --uses', says: '--uses lacks its <n>' },
  { why: 'an empty value', line: 'band --uses=', says: '--uses lacks its <n>' },
  { why: 'twice', line: 'band --uses 1 --uses 2', says: '--uses is given twice' },
  { why: 'no number', line: 'band --uses 0', says: '--uses is a number from 1, not "0"' },
  { why: 'no time', line: 'band --expires 7', says: '7 is no time: type 30m' },
  { why: 'no size', line: 'band --max-size 7', says: '7 is no size: type 500M' },
])('refused: $why', ({ line, says }) => {
  expect(() => read(line)).toThrow(says);
});

test('what may be a mistyped password is not repeated', () => {
  expect(() => read('anna --hunter2', login)).toThrow(/^it has no such option/);
});

test('where secrets are asked for alone, none is a word', () => {
  expect(read('anna --remember', login, 'asked')).toEqual({
    values: ['anna', undefined],
    options: { remember: true },
  });
  expect(() => read('anna hunter2', login, 'asked')).toThrow(/never arguments.*standard input$/);
  expect(() => read('', login, 'asked')).toThrow(
    '<user_id> is missing; use it like this: mbt login <user_id> [--remember]',
  );
});
