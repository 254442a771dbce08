import { describe, expect, test } from 'vitest';

import { FakeClock } from '../../test/support/fake-clock.ts';
import { seededChance, type Cancel } from '../base/index.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Someone who always wants more, as a busy connection does. */
class Greedy {
  bytes = 0;
  readonly #limiter: RateLimiter;
  readonly #want: number;

  constructor(limiter: RateLimiter, want = 64 * 1024) {
    this.#limiter = limiter;
    this.#want = want;
    this.more();
  }

  readonly more = (): void => {
    for (let i = 0; i < 10_000; i += 1) {
      const granted = this.#limiter.take(this.#want, this.more);
      if (granted === 0) return this.#limiter.wait(this.more);
      this.bytes += granted;
    }
  };
}

/** A clock whose timers are late by up to 30 ms, as those of a busy process are. */
class LateClock extends FakeClock {
  readonly #chance = seededChance(7);

  override after(delayMs: number, action: () => void): Cancel {
    return super.after(delayMs + this.#chance() * 30, action);
  }
}

/** How far `bytes` is from `wanted`, as a part of it. */
const deviation = (bytes: number, wanted: number): number => Math.abs(bytes - wanted) / wanted;

const RATES = [{ rate: 10_000 }, { rate: 1_000_000 }, { rate: 12_500_000 }, { rate: 300_000_000 }];

describe('accuracy', () => {
  test.each(RATES)('$rate bytes a second are kept to 1 % over ten seconds', ({ rate }) => {
    const clock = new FakeClock();
    const greedy = new Greedy(new RateLimiter(clock, rate));
    clock.advance(10_000);
    expect(deviation(greedy.bytes, rate * 10)).toBeLessThan(0.01);
  });

  test.each(RATES)('$rate bytes a second are kept to 5 % when timers are late', ({ rate }) => {
    const clock = new LateClock();
    const limiter = new RateLimiter(clock, rate);
    const all = Array.from({ length: 5 }, () => new Greedy(limiter));
    clock.advance(20_000);
    const total = all.reduce((sum, one) => sum + one.bytes, 0);
    expect(deviation(total, rate * 20)).toBeLessThan(0.05);
  });

  test('no three seconds have 5 % more, nor the first ones after a pause', () => {
    const clock = new LateClock();
    const limiter = new RateLimiter(clock, 1_000_000);
    clock.advance(60_000);
    const all = [new Greedy(limiter), new Greedy(limiter, 3000)];
    const seen = [0];
    for (let step = 0; step < 200; step += 1) {
      clock.advance(100);
      seen.push(all.reduce((sum, one) => sum + one.bytes, 0));
    }
    const windows = seen.slice(30).map((bytes, at) => bytes - (seen[at] ?? 0));
    expect(Math.max(...windows)).toBeLessThan(3_000_000 * 1.05);
    expect(Math.min(...windows)).toBeGreaterThan(3_000_000 * 0.95);
  });

  test('the rate changes while connections wait: narrower, wider, none', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 1_000_000);
    const greedy = new Greedy(limiter);
    clock.advance(5000);
    const rates = [100_000, 5_000_000, 20_000];
    for (const rate of rates) {
      const before = greedy.bytes;
      limiter.setRate(rate);
      clock.advance(5000);
      expect(deviation(greedy.bytes - before, rate * 5)).toBeLessThan(0.05);
    }
    const before = greedy.bytes;
    limiter.setRate(undefined);
    expect(greedy.bytes - before).toBeGreaterThan(100_000_000);
  });

  test('where no limit stands all is granted at once, and nothing of it counts later', () => {
    const clock = new FakeClock();
    const node = new RateLimiter(clock);
    const limiter = new RateLimiter(clock, undefined, node);
    expect(limiter.take(10 ** 9, () => undefined)).toBe(10 ** 9);
    node.setRate(100_000);
    const greedy = new Greedy(limiter);
    clock.advance(10_000);
    expect(deviation(greedy.bytes, 1_000_000)).toBeLessThan(0.05);
  });
});

describe('fairness', () => {
  test('connections under one limit share it evenly, whatever they ask for at a time', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 1_000_000);
    const many = [64, 1, 200, 32].map((kib) => new Greedy(limiter, kib * 1024));
    clock.advance(10_000);
    for (const one of many) expect(deviation(one.bytes, 2_500_000)).toBeLessThan(0.02);
  });

  test('node, group and download: each connection gets what its narrowest ceiling leaves it', () => {
    const clock = new LateClock();
    const node = new RateLimiter(clock, 1_000_000);
    const band = new RateLimiter(clock, 600_000, node);
    const slow = new RateLimiter(clock, 200_000, band);
    const free = new RateLimiter(clock, undefined, band);
    const other = new RateLimiter(clock, undefined, new RateLimiter(clock, undefined, node));
    const under = (limiter: RateLimiter, count: number): Greedy[] =>
      Array.from({ length: count }, () => new Greedy(limiter));
    const all = [under(slow, 2), under(free, 3), under(other, 2)] as const;
    clock.advance(30_000);
    const [inSlow, inFree, inOther] = all.map((some) => some.map((one) => one.bytes / 30));
    // 200 kB/s for two, the group's other 400 for three, what the node has left for the rest.
    for (const rate of inSlow ?? []) expect(deviation(rate, 100_000)).toBeLessThan(0.05);
    for (const rate of inFree ?? []) expect(deviation(rate, 400_000 / 3)).toBeLessThan(0.05);
    for (const rate of inOther ?? []) expect(deviation(rate, 200_000)).toBeLessThan(0.05);
  });

  test('one held down by its own limit keeps its share among many that take large grants', () => {
    const clock = new FakeClock();
    const node = new RateLimiter(clock, 1_000_000);
    const narrow = new Greedy(new RateLimiter(clock, 80_000, node));
    const many = Array.from({ length: 9 }, () => new Greedy(new RateLimiter(clock, undefined, node)));
    clock.advance(20_000);
    expect(deviation(narrow.bytes, 80_000 * 20)).toBeLessThan(0.05);
    for (const one of many) expect(deviation(one.bytes, (920_000 / 9) * 20)).toBeLessThan(0.05);
  });

  test('who comes later neither starves nor makes up for the time before', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 1_000_000);
    const first = new Greedy(limiter);
    clock.advance(60_000);
    const before = first.bytes;
    const second = new Greedy(limiter);
    clock.advance(10_000);
    expect(deviation(second.bytes, 5_000_000)).toBeLessThan(0.02);
    expect(deviation(first.bytes - before, 5_000_000)).toBeLessThan(0.02);
  });

  test('a hundred connections at ten kilobytes a second all go on', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 10_000);
    const all = Array.from({ length: 100 }, () => new Greedy(limiter));
    clock.advance(200_000);
    for (const one of all) expect(deviation(one.bytes, 20_000)).toBeLessThan(0.1);
  });
});

test('who stops waiting is not called', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(clock, 1000, new RateLimiter(clock, 1000));
  let calls = 0;
  const turn = (): void => void (calls += 1);
  while (limiter.take(1448, turn) > 0);
  limiter.wait(turn);
  limiter.stopWaiting(turn);
  clock.advance(10_000);
  expect(calls).toBe(0);
});
