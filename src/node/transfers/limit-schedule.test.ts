import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/index.ts';
import { RateLimiter, type PeerRates } from '../../net/index.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { ScheduleRule } from '../commands.ts';
import { checkRules, ruleInForce, type LocalTime } from './limit-schedule.ts';
import { RateBook } from './rate-book.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const [SUNDAY, MONDAY, FRIDAY, SATURDAY] = [0, 1, 5, 6] as const;
const hours = (hour: number, minute = 0): number => hour * 60 + minute;

const rule = (
  days: number[],
  fromMinute: number,
  toMinute: number,
  limits: Partial<ScheduleRule> = {},
): ScheduleRule => ({ days, fromMinute, toMinute, upLimit: null, downLimit: null, ...limits });
const workday = rule([MONDAY], hours(8), hours(18));
const night = rule([FRIDAY], hours(22), hours(6));

describe('which rule is in force', () => {
  test.each([
    { why: 'the minute before it', of: workday, day: MONDAY, minute: hours(7, 59), holds: false },
    { why: 'its first minute', of: workday, day: MONDAY, minute: hours(8), holds: true },
    { why: 'its last minute', of: workday, day: MONDAY, minute: hours(17, 59), holds: true },
    { why: 'the minute at which it ends', of: workday, day: MONDAY, minute: hours(18), holds: false },
    { why: 'another day', of: workday, day: FRIDAY, minute: hours(9), holds: false },
    { why: 'before midnight', of: night, day: FRIDAY, minute: hours(23), holds: true },
    { why: 'after midnight', of: night, day: SATURDAY, minute: hours(5, 59), holds: true },
    { why: 'the end of the night', of: night, day: SATURDAY, minute: hours(6), holds: false },
    { why: 'the night before', of: night, day: FRIDAY, minute: hours(5), holds: false },
    { why: 'Saturday to Sunday', of: rule([SATURDAY], 1200, 60), day: SUNDAY, minute: 59, holds: true },
    { why: 'to midnight', of: rule([SATURDAY], 1200, 1440), day: SATURDAY, minute: 1439, holds: true },
    { why: 'not past midnight', of: rule([SATURDAY], 1200, 1440), day: SUNDAY, minute: 0, holds: false },
    { why: 'to midnight as 0', of: rule([SATURDAY], 1200, 0), day: SUNDAY, minute: 0, holds: false },
  ])('$why', ({ of, day, minute, holds }) => {
    expect(ruleInForce([of], { day, minute })).toBe(holds ? of : undefined);
  });

  test('of two that hold the first counts', () => {
    const wide = rule([MONDAY], 0, 1440, { upLimit: 1 });
    const narrow = rule([MONDAY], hours(9), hours(10), { upLimit: 2 });
    expect(ruleInForce([narrow, wide], { day: MONDAY, minute: hours(9) })).toBe(narrow);
    expect(ruleInForce([narrow, wide], { day: MONDAY, minute: hours(10) })).toBe(wide);
  });

  test.each([
    ['no day', rule([], 0, 60), /rule 2: name one day/],
    ['a day that is none', rule([7], 0, 60), /rule 2: name one day/],
    ['nothing between', rule([1], 60, 60), /rule 2: it begins when it ends/],
    ['a minute that is none', rule([1], 0, 1441), /rule 2: give its times/],
    ['an hour and a half minute', rule([1], 0.5, 60), /rule 2: give its times/],
    ['a limit of nothing', rule([1], 0, 60, { upLimit: 0 }), /rule 2: a limit is/],
  ])('refused: %s', (_why, bad, text) => {
    expect(() => checkRules([workday, bad])).toThrow(text);
  });

  test('refused: more than fifty', () => {
    expect(() => checkRules(Array.from({ length: 51 }, () => workday))).toThrow(/at most 50/);
  });
});

describe('the limits of everything under a schedule', () => {
  let folder: string;
  let clock: FakeClock;
  let rates: PeerRates;
  let book: RateBook;
  /** What the wall's clock is ahead of UTC. */
  let aheadMs = 0;

  /** 1970-01-01 was a Thursday. */
  const local = (wallMs: number): LocalTime => ({
    day: (4 + Math.floor((wallMs + aheadMs) / DAY)) % 7,
    minute: Math.floor(((wallMs + aheadMs) % DAY) / MINUTE),
  });
  const open = (): Promise<RateBook> => RateBook.open(folder, clock, rates, silentLogger, local);
  const inForce = () => [rates.up.bytesPerSecond, rates.down.bytesPerSecond];
  const daily = rule([0, 1, 2, 3, 4, 5, 6], hours(8), hours(18), { upLimit: 100 });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'schedule-'));
    // A Thursday, half a minute past 7:58.
    clock = new FakeClock(hours(7, 58) * MINUTE + 30_000);
    rates = { up: new RateLimiter(clock), down: new RateLimiter(clock) };
    aheadMs = 0;
    book = await open();
    await book.set({}, { down: 50 });
    await book.setSchedule([daily]);
  });

  afterEach(async () => {
    await book.close();
    await rm(folder, { recursive: true });
  });

  test('a rule comes into force on the minute, replaces both directions, and leaves again', () => {
    expect(inForce()).toEqual([undefined, 50]);
    clock.advance(MINUTE);
    expect(inForce()).toEqual([undefined, 50]);
    clock.advance(MINUTE / 2);
    expect(inForce()).toEqual([100, undefined]);
    expect(book.isScheduled).toBe(true);
    expect(book.of({})).toEqual({ down: 50 });
    clock.advance(10 * 60 * MINUTE);
    expect(inForce()).toEqual([undefined, 50]);
    expect(book.isScheduled).toBe(false);
  });

  test('what is set while a rule is in force counts after it', async () => {
    clock.advance(60 * MINUTE);
    await book.set({}, { up: 7 });
    expect(inForce()).toEqual([100, undefined]);
    expect(book.standing()).toEqual([{ ceilings: { up: 7 } }]);
    clock.advance(10 * 60 * MINUTE);
    expect(inForce()).toEqual([7, undefined]);
  });

  test('a schedule is taken up at once, kept across a restart, and gone when it is emptied', async () => {
    clock.advance(60 * MINUTE);
    await book.close();
    expect(inForce()).toEqual([undefined, undefined]);
    book = await open();
    expect(book.schedule).toEqual([daily]);
    expect(inForce()).toEqual([100, undefined]);
    await book.setSchedule([]);
    expect(inForce()).toEqual([undefined, 50]);
  });

  test('a refused schedule changes nothing', () => {
    expect(() => book.setSchedule([rule([], 0, 1)])).toThrow(/name one day/);
    expect(book.schedule).toEqual([daily]);
  });

  test('summer time begins and ends: a rule holds by what the clock on the wall says', () => {
    clock.advance(2 * MINUTE);
    expect(book.isScheduled).toBe(true);
    aheadMs = -60 * MINUTE; // set back by an hour: it is 7:00 again
    clock.advance(MINUTE);
    expect(book.isScheduled).toBe(false);
    clock.advance(59 * MINUTE);
    expect(book.isScheduled).toBe(true);
    aheadMs = 9 * 60 * MINUTE; // set far ahead: it is 18:00
    clock.advance(MINUTE);
    expect(book.isScheduled).toBe(false);
  });
});
