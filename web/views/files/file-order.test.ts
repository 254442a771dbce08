import { expect, test } from 'vitest';
import { fileArguments, pickFiles, type FileOrder } from './file-order.ts';

const row = (file: string, size: number, seeds: number, sharers = ['ada']) => ({
  file,
  size,
  files: 1,
  seeds,
  leechers: 0,
  content: `c${size}`,
  sharers,
});
const rows = [row('take 10.wav', 5, 1), row('take 2.wav', 9, 0, ['bob']), row('Atlas.tif', 1, 4)];
const names = (filter: string, order: FileOrder): string[] =>
  pickFiles(rows, filter, order, ({ sharers }) => sharers.includes('bob')).map(({ file }) => file);

test.each([
  {
    why: 'numbers in names count as numbers',
    order: 'name' as const,
    first: ['Atlas.tif', 'take 2.wav', 'take 10.wav'],
  },
  { why: 'biggest', order: 'biggest' as const, first: ['take 2.wav', 'take 10.wav', 'Atlas.tif'] },
  { why: 'smallest', order: 'smallest' as const, first: ['Atlas.tif', 'take 10.wav', 'take 2.wav'] },
  { why: 'seeds', order: 'seeds' as const, first: ['Atlas.tif', 'take 10.wav', 'take 2.wav'] },
  {
    why: 'own first, then by name',
    order: 'mine' as const,
    first: ['take 2.wav', 'Atlas.tif', 'take 10.wav'],
  },
])('order: $why', ({ order, first }) => expect(names('', order)).toEqual(first));

test.each([
  {
    why: 'every word must be there, in any order and case',
    filter: 'WAV take',
    found: ['take 2.wav', 'take 10.wav'],
  },
  { why: 'sharers count, too', filter: 'bob', found: ['take 2.wav'] },
  { why: 'what is nowhere finds nothing', filter: 'take atlas', found: [] },
])('filter: $why', ({ filter, found }) => expect(names(filter, 'name')).toEqual(found));

test('a name that two contents have is told apart by content', () => {
  const twice = [row('same', 1, 0), row('same', 2, 0), row('other', 3, 0)];
  expect(twice.map(fileArguments(twice))).toEqual(['same@c1', 'same@c2', 'other']);
});
