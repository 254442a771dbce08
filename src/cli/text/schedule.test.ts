import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHours, parseHours } from './schedule.ts';

test.each([
  { text: 'mon-fri 08:00-18:00', days: [1, 2, 3, 4, 5], from: 480, to: 1080, told: 'mon-fri 08:00-18:00' },
  { text: 'sat,sun 0:00-24:00', days: [0, 6], from: 0, to: 1440, told: 'sat,sun 00:00-24:00' },
  {
    text: 'daily 22:00 - 06:00',
    days: [0, 1, 2, 3, 4, 5, 6],
    from: 1320,
    to: 360,
    told: 'daily 22:00-06:00',
  },
  {
    text: 'Friday-Monday 9:30-10:00',
    days: [0, 1, 5, 6],
    from: 570,
    to: 600,
    told: 'mon,fri-sun 09:30-10:00',
  },
  { text: 'mon-fri 8-18', days: [1, 2, 3, 4, 5], from: 480, to: 1080, told: 'mon-fri 08:00-18:00' },
  { text: 'sat 8:00-24', days: [6], from: 480, to: 1440, told: 'sat 08:00-24:00' },
  { text: 'tue,tue,thu 09:00-10:00', days: [2, 4], from: 540, to: 600, told: 'tue,thu 09:00-10:00' },
])('$text', ({ text, days, from, to, told }) => {
  const hours = parseHours(text);
  expect(hours).toEqual({ days, fromMinute: from, toMinute: to });
  expect(formatHours(hours)).toBe(told);
});

test.each([
  { why: 'no hours', text: 'mon-fri' },
  { why: 'no days', text: '08:00-18:00' },
  { why: 'a day that is none', text: 'mun 08:00-18:00' },
  { why: 'too short for a day', text: 'mo 08:00-18:00' },
  { why: 'a span of three', text: 'mon-tue-wed 08:00-18:00' },
  { why: 'an hour that is none', text: 'mon 08:00-25:00' },
  { why: 'a bare hour that is none', text: 'mon 8-25' },
  { why: 'a minute that is none', text: 'mon 08:60-09:00' },
  { why: 'no length', text: 'mon 08:00-08:00' },
  { why: 'nothing', text: '' },
])('refuses $why and says how it is written', ({ text }) => {
  expect(() => parseHours(text)).toThrow(/mon-fri 08:00-18:00/);
});

test('what is told is read back as the same', () => {
  const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 });
  const minute = fc.integer({ min: 0, max: 1440 });
  fc.assert(
    fc.property(days, minute, minute, (some, fromMinute, toMinute) => {
      fc.pre(fromMinute !== toMinute);
      const hours = { days: some.toSorted((a, b) => a - b), fromMinute, toMinute };
      expect(parseHours(formatHours(hours))).toEqual(hours);
    }),
  );
});
