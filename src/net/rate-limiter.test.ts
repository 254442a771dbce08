import { expect, test } from 'vitest';

import { FakeClock } from '../../test/support/fake-clock.ts';
import { GRANT_BYTES, RateLimiter } from './rate-limiter.ts';

/** Someone who always wants more, as a busy connection does. */
class Greedy {
  bytes = 0;
  readonly #limiter: RateLimiter;
  readonly #want: number;

  constructor(limiter: RateLimiter, want = 64 * 1024) {
    this.#limiter = limiter;
    this.#want = want;
    this.#more();
  }

  readonly #more = (): void => {
    for (let i = 0; i < 10_000; i += 1) {
      const granted = this.#limiter.take(this.#want);
      if (granted === 0) return this.#limiter.wait(this.#more);
      this.bytes += granted;
    }
  };
}

test.each([{ rate: 10_000 }, { rate: 1_000_000 }, { rate: 12_500_000 }, { rate: 300_000_000 }])(
  '$rate bytes a second are kept to 5 % over ten seconds',
  ({ rate }) => {
    const clock = new FakeClock();
    const greedy = new Greedy(new RateLimiter(clock, rate));
    clock.advance(10_000);
    expect(greedy.bytes).toBeGreaterThan(rate * 10 * 0.95);
    expect(greedy.bytes).toBeLessThan(rate * 10 * 1.05);
  },
);

test('connections under one limit share it evenly, whatever they ask for at a time', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(clock, 1_000_000);
  const many = [64, 16, 200, 32].map((kib) => new Greedy(limiter, kib * 1024));
  clock.advance(10_000);
  for (const one of many) {
    expect(one.bytes).toBeGreaterThan(2_500_000 * 0.8);
    expect(one.bytes).toBeLessThan(2_500_000 * 1.2);
  }
});

test('a wider limit holds for all below it, and a narrow one leaves the rest to others', () => {
  const clock = new FakeClock();
  const host = new RateLimiter(clock, 1_000_000);
  const narrow = new Greedy(new RateLimiter(clock, 200_000, host));
  const wide = new Greedy(new RateLimiter(clock, undefined, host));
  clock.advance(10_000);
  expect(Math.abs(narrow.bytes - 2_000_000)).toBeLessThan(100_000);
  expect(Math.abs(narrow.bytes + wide.bytes - 10_000_000)).toBeLessThan(500_000);
});

test('two limited downloads with two connections each all go on under a limited host', () => {
  const clock = new FakeClock();
  const host = new RateLimiter(clock, 1_000_000);
  const downloads = [new RateLimiter(clock, 700_000, host), new RateLimiter(clock, 700_000, host)];
  const greedy = downloads.flatMap((limiter) => [new Greedy(limiter), new Greedy(limiter)]);
  clock.advance(10_000);
  const total = greedy.reduce((sum, one) => sum + one.bytes, 0);
  expect(Math.abs(total - 10_000_000)).toBeLessThan(500_000);
  for (const one of greedy) expect(one.bytes).toBeGreaterThan(1_500_000);
});

test('the rate changes while connections wait: narrower, wider, none', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(clock, 1000);
  const greedy = new Greedy(limiter);
  clock.advance(1000);
  const slow = greedy.bytes;
  limiter.setRate(1_000_000);
  clock.advance(1000);
  expect(greedy.bytes - slow).toBeGreaterThan(900_000);
  limiter.setRate(undefined);
  expect(greedy.bytes).toBeGreaterThan(10 * GRANT_BYTES);
});

test('who stops waiting is not called', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(clock, 1000);
  while (limiter.take(1448) > 0);
  let calls = 0;
  const action = (): void => void (calls += 1);
  limiter.wait(action);
  limiter.stopWaiting(action);
  clock.advance(10_000);
  expect(calls).toBe(0);
});
