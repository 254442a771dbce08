import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellPlace, layOutCells } from './cell-grid.ts';

test('few pieces make one row of wide cells', () => {
  const grid = layOutCells(5, 600, 220, 2);
  expect(grid).toMatchObject({ columns: 5, rows: 1, stepX: 96, stepY: 28 });
});

test('all pieces of the largest map fit, on a phone and on a wide screen', () => {
  for (const width of [320, 800, 1400]) {
    const grid = layOutCells(4096, width, 240, 1);
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(4096);
    expect(grid.height).toBeLessThanOrEqual(240);
    expect(grid.gap).toBe(1);
  }
});

test('every cell lies inside, none upon another', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4096 }),
      fc.integer({ min: 300, max: 2000 }),
      fc.constantFrom(1, 1.25, 1.5, 2, 3),
      (cells, width, ratio) => {
        const grid = layOutCells(cells, width, 240, ratio);
        const last = cellPlace(grid, cells - 1);
        expect(grid.width).toBeLessThanOrEqual(width * ratio);
        expect(last.x + grid.stepX).toBeLessThanOrEqual(grid.width);
        expect(last.y + grid.stepY).toBe(grid.height);
        expect(Number.isInteger(grid.stepX) && Number.isInteger(grid.stepY)).toBe(true);
        expect(grid.gap).toBeLessThan(grid.stepY);
      },
    ),
  );
});
