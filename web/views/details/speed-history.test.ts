import { expect, test } from 'vitest';
import { HISTORY_SECONDS, SpeedHistory } from './speed-history.ts';

test('nothing is known at first', () => {
  expect(new SpeedHistory().columns(5_000)).toEqual({ at: [], down: [], up: [] });
});

test('seconds without news were still ones', () => {
  const history = new SpeedHistory();
  history.add(10_200, 5, 1);
  history.add(13_900, 7, 2);
  expect(history.columns(15_000)).toEqual({
    at: [10, 11, 12, 13, 14, 15],
    down: [5, 0, 0, 7, 0, 0],
    up: [1, 0, 0, 2, 0, 0],
  });
});

test('of seconds without a connection nothing is known', () => {
  const history = new SpeedHistory();
  history.add(10_000, 5, 1);
  history.lose();
  expect(history.columns(11_000).down).toEqual([5, null]);
  history.add(13_000, 7, 2);
  expect(history.columns(13_000).up).toEqual([1, null, null, 2]);
});

test('the second that is told twice keeps the later value, an earlier one is dropped', () => {
  const history = new SpeedHistory();
  history.add(10_000, 5, 1);
  history.add(10_900, 6, 2);
  history.add(9_000, 99, 99);
  expect(history.columns(10_950)).toEqual({ at: [10], down: [6], up: [2] });
});

test('what is not known stays open and undoes nothing', () => {
  const history = new SpeedHistory();
  history.add(10_000, 5, null);
  history.add(10_500, null, 3);
  history.add(11_000, 6, null);
  expect(history.columns(11_000)).toEqual({ at: [10, 11], down: [5, 6], up: [3, null] });
});

test('it forgets what is older than ten minutes', () => {
  const history = new SpeedHistory();
  for (let second = 0; second < 1_000; second += 1) history.add(second * 1000, second, 0);
  const { at, down } = history.columns(999_000);
  expect(at).toHaveLength(HISTORY_SECONDS);
  expect([at[0], at.at(-1), down[0], down.at(-1)]).toEqual([400, 999, 400, 999]);
});

test('a long silence leaves nothing of what was before', () => {
  const history = new SpeedHistory();
  history.add(0, 9, 9);
  history.add(5_000_000, 1, 1);
  const { down } = history.columns(5_000_000);
  expect(down).toHaveLength(HISTORY_SECONDS);
  expect(down.slice(0, -1).every((value) => value === 0)).toBe(true);
});
