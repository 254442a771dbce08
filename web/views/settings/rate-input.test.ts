import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRateInput, toRateInput } from './rate-input.ts';

test.each([
  [null, '', 'M'],
  [512 * 1024, '512', 'K'],
  [2 * 2 ** 20, '2', 'M'],
  [1.5 * 2 ** 20, '1.5', 'M'],
  [2 ** 30, '1', 'G'],
  [100, '0.098', 'K'],
])('%s bytes a second are %s %s', (rate, amount, unit) => {
  expect(toRateInput(rate)).toEqual({ amount, unit });
});

test('what is written comes back nearly so', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 2 ** 40 }), (rate) => {
      const back = parseRateInput(toRateInput(rate)) ?? 0;
      expect(Math.abs(back - rate) / rate).toBeLessThan(0.01);
    }),
  );
});

test.each([
  ['', null],
  ['  ', null],
  ['2,5', 2.5 * 2 ** 20],
  ['0', undefined],
  ['-1', undefined],
  ['fast', undefined],
  ['1e3', undefined],
  ['9'.repeat(20), undefined],
])('%j is read as %s', (amount, rate) => {
  expect(parseRateInput({ amount, unit: 'M' })).toBe(rate);
});
