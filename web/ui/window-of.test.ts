import { expect, test } from 'vitest';
import { windowOf } from './window-of.ts';

const list = { rowHeight: 50, count: 100, overscan: 2 };

test.each([
  { why: 'at the top', top: 0, bottom: 200, first: 0, end: 6 },
  { why: 'in the middle', top: 1_000, bottom: 1_220, first: 18, end: 27 },
  { why: 'at the end', top: 4_800, bottom: 5_400, first: 94, end: 100 },
  { why: 'still below the window', top: -900, bottom: -100, first: 0, end: 0 },
  { why: 'far above the window', top: 9_000, bottom: 9_500, first: 100, end: 100 },
])('$why', ({ top, bottom, first, end }) => {
  expect(windowOf({ ...list, top, bottom })).toEqual({ first, end });
});
