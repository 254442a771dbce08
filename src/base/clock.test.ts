import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { every, sleep, systemClock } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sleep ends after its time', async () => {
  const nap = sleep(systemClock, 50);
  await vi.advanceTimersByTimeAsync(50);
  await expect(nap).resolves.toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('an aborted sleep rejects with the reason and leaves no timer', async () => {
  const controller = new AbortController();
  const nap = sleep(systemClock, 50, controller.signal);
  controller.abort(new Error('stop'));
  await expect(nap).rejects.toThrow('stop');
  expect(vi.getTimerCount()).toBe(0);
});

test('a sleep whose signal was aborted before does not begin', async () => {
  await expect(sleep(systemClock, 50, AbortSignal.abort('gone'))).rejects.toThrow('gone');
  expect(vi.getTimerCount()).toBe(0);
});

test('every repeats until cancelled, also when cancelled by its own action', () => {
  let runs = 0;
  const cancel = every(systemClock, 10, () => {
    runs += 1;
    if (runs === 3) cancel();
  });
  vi.advanceTimersByTime(100);
  expect(runs).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('a timer can be cancelled twice, and after it fired', () => {
  let fired = 0;
  const cancel = systemClock.after(10, () => (fired += 1));
  vi.advanceTimersByTime(10);
  cancel();
  cancel();
  expect(fired).toBe(1);
});
