import { describe, expect, test } from 'vitest';
import { LogInAttempts } from './log-in-attempts.ts';

/** Waits that are asked for when somebody tries again as soon as each wait is over. */
function waits(attempts: LogInAttempts, count: number, fromMs = 0): number[] {
  let nowMs = fromMs;
  return Array.from({ length: count }, () => {
    const waitMs = attempts.begin('1.2.3.4', 'anna', nowMs);
    nowMs += waitMs;
    if (waitMs > 0) expect(attempts.begin('1.2.3.4', 'anna', nowMs)).toBe(0);
    return waitMs;
  });
}

describe('LogInAttempts', () => {
  test('five are free, then the delay doubles up to a quarter of an hour', () => {
    const delays = waits(new LogInAttempts(), 16);
    expect(delays.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000]);
    expect(delays.at(-1)).toBe(15 * 60_000);
  });

  test('what comes too early is refused and does not lengthen the delay', () => {
    const attempts = new LogInAttempts();
    waits(attempts, 5);
    expect([attempts.begin('1.2.3.4', 'anna', 0), attempts.begin('1.2.3.4', 'anna', 1_500)]).toEqual([
      2_000, 500,
    ]);
    expect(attempts.begin('1.2.3.4', 'anna', 2_000)).toBe(0);
  });

  test('nobody locks another out: other addresses and other users are counted apart', () => {
    const attempts = new LogInAttempts();
    waits(attempts, 8);
    expect(attempts.begin('5.6.7.8', 'anna', 0)).toBe(0);
    expect(attempts.begin('1.2.3.4', 'ben', 0)).toBe(0);
  });

  test('success forgives', () => {
    const attempts = new LogInAttempts();
    waits(attempts, 5);
    attempts.forgive('1.2.3.4', 'anna');
    expect(waits(attempts, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('an hour without attempts forgets them', () => {
    const attempts = new LogInAttempts();
    waits(attempts, 5);
    expect(attempts.begin('1.2.3.4', 'anna', 60 * 60_000)).toBe(0);
    expect(attempts.begin('1.2.3.4', 'anna', 60 * 60_000)).toBe(0);
  });

  test('remembers a bounded number, the latest', () => {
    const attempts = new LogInAttempts();
    waits(attempts, 5);
    for (let n = 0; n < 50_000; n += 1) attempts.begin(`address ${n}`, 'ben', 0);
    expect(attempts.begin('1.2.3.4', 'anna', 0)).toBe(0);
    expect(attempts.begin('address 49999', 'ben', 0)).toBe(0);
  });
});
