import { expect, test } from 'vitest';
import { propertiesView } from './properties.ts';

const STATUS = [
  { name: 'cluster', value: 'f'.repeat(64) },
  { name: 'other', value: '10.0.0.3:7000', state: 'connected' },
  { name: 'upload_rate', value: 2048, unit: 'bytes/s' },
  { name: 'user', value: null },
] as const;

test('for people a state stands beside its value, however long another value is', () => {
  expect(propertiesView.human(STATUS, 80)).toEqual([
    `cluster      ${'f'.repeat(64)}`,
    'other        10.0.0.3:7000  connected',
    'upload rate  2 KiB/s',
    'user         -',
  ]);
});

test('for programs it is a cell of its own', () => {
  expect(STATUS.map((row) => propertiesView.plain(row))).toEqual([
    ['cluster', 'f'.repeat(64)],
    ['other', '10.0.0.3:7000', 'connected'],
    ['upload_rate', '2048'],
    ['user', '-'],
  ]);
});
