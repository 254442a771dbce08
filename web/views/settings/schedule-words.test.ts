import { expect, test } from 'vitest';
import {
  daysWords,
  hiddenRules,
  hoursWords,
  parseTimeText,
  ruleHours,
  toTimeText,
} from './schedule-words.ts';

test.each([
  [[0, 1, 2, 3, 4, 5, 6], 'Every day'],
  [[1, 2, 3, 4, 5], 'Monday to Friday'],
  [[0, 6], 'Saturday and Sunday'],
  [[3], 'Wednesday'],
  [[5, 1, 3, 4], 'Mon, Wed to Fri'],
  [[0, 1], 'Mon, Sun'],
  [[1, 2, 6, 0], 'Mon, Tue, Sat, Sun'],
])('days %j are %s', (days, words) => {
  expect(daysWords(days)).toBe(words);
});

test.each([
  [480, 1080, '08:00 to 18:00'],
  [1320, 360, '22:00 to 06:00 the next day'],
  [0, 1440, 'all day'],
  [1080, 1440, '18:00 to 24:00'],
])('from %i to %i: %s', (fromMinute, toMinute, words) => {
  expect(hoursWords({ fromMinute, toMinute })).toBe(words);
});

test.each([
  ['08:05', 485],
  ['8:05', 485],
  ['24:00', 1440],
  ['24:01', undefined],
  ['12:60', undefined],
  ['noon', undefined],
  ['', undefined],
])('the time %j', (text, minute) => {
  expect(parseTimeText(text)).toBe(minute);
  if (minute !== undefined) expect(parseTimeText(toTimeText(minute))).toBe(minute);
});

test('an end at midnight is the end of the day, two equal times the whole day', () => {
  expect(ruleHours(1320, 0)).toEqual({ fromMinute: 1320, toMinute: 1440 });
  expect(ruleHours(0, 0)).toEqual({ fromMinute: 0, toMinute: 1440 });
  expect(ruleHours(600, 600)).toEqual({ fromMinute: 0, toMinute: 1440 });
  expect(ruleHours(600, 60)).toEqual({ fromMinute: 600, toMinute: 60 });
});

const rule = (days: number[], fromMinute: number, toMinute: number) => ({
  days,
  fromMinute,
  toMinute,
  upLimit: 1,
  downLimit: null,
});

test.each([
  { why: 'beside each other', rules: [rule([1], 0, 60), rule([1], 60, 120)], hidden: [] },
  { why: 'behind a wider one', rules: [rule([1, 2], 0, 120), rule([1], 60, 120)], hidden: [1] },
  { why: 'before a wider one', rules: [rule([1], 60, 120), rule([1, 2], 0, 120)], hidden: [] },
  { why: 'past midnight of Saturday', rules: [rule([6], 1380, 60), rule([0], 0, 60)], hidden: [1] },
  { why: 'covered by two', rules: [rule([3], 0, 60), rule([3], 60, 99), rule([3], 30, 90)], hidden: [2] },
])('rules that never hold: $why', ({ rules, hidden }) => {
  expect(hiddenRules(rules)).toEqual(hidden);
});
