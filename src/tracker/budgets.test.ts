import { expect, test } from 'vitest';
import { Budgets } from './budgets.ts';

test('60 at once, then one a second, for each name', () => {
  const budgets = new Budgets({ burst: 60, perSecond: 1 });
  for (let n = 0; n < 60; n += 1) expect(budgets.take('a', 1, 1_000)).toBe(0);
  expect(budgets.take('a', 1, 1_000)).toBe(1_000);
  expect(budgets.take('a', 1, 1_400)).toBe(600);
  expect(budgets.take('b', 1, 1_400)).toBe(0);
  expect(budgets.take('a', 1, 2_000)).toBe(0);
  expect(budgets.take('a', 1, 2_000)).toBe(1_000);
});

test('a refused amount takes nothing, and no budget grows beyond its burst', () => {
  const budgets = new Budgets({ burst: 100, perSecond: 10 });
  expect(budgets.take('a', 30, 0)).toBe(0);
  expect(budgets.take('a', 80, 0)).toBe(1_000);
  expect(budgets.take('a', 70, 0)).toBe(0);
  expect(budgets.take('a', 100, 3_600_000)).toBe(0);
  expect(budgets.take('a', 1, 3_600_000)).toBe(100);
});
