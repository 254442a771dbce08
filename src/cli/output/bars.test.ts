import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawBars } from './bars.ts';

const bar = (label: string, done: number, total: number, note = '1 MiB/s') => ({ label, done, total, note });

test('a bar, its per cents and its note', () => {
  expect(drawBars([bar('[D] [band] a', 25, 100)], 80, 24)).toEqual([
    '[D] [band] a            ████░░░░░░░░░░░░░   25%  1 MiB/s',
  ]);
});

test('a narrow screen gets numbers only', () => {
  expect(drawBars([bar('a long label that must be cut', 1, 2)], 30, 24)).toEqual([
    'a long label that mu…   50%',
  ]);
});

test('what finds no room is counted', () => {
  const many = Array.from({ length: 50 }, (_, at) => bar(`file ${at}`, at, 50));
  const lines = drawBars(many, 80, 10);
  expect([lines.length, lines.at(-1)]).toEqual([7, '… and 44 more']);
});

test('none of any labels, numbers and widths is as wide as the screen', () => {
  const bars = fc.array(
    fc.record({ label: fc.string(), done: fc.nat(), total: fc.nat(), note: fc.string() }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(bars, fc.integer({ min: 21, max: 300 }), (drawn, columns) => {
      for (const line of drawBars(drawn, columns, 24)) expect(Array.from(line).length).toBeLessThan(columns);
    }),
  );
});
