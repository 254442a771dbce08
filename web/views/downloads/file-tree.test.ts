import { expect, test } from 'vitest';
import { filesIn, toTree, wantedOf } from './file-tree.ts';

const row = (path: string, size = 1) => ({ path, size, doneBytes: 0, priority: 'normal' as const });

test('folders first, then files, each in the order of their names as people read them', () => {
  const tree = toTree([row('take 10'), row('take 2'), row('raw/b', 2), row('raw/a', 3), row('notes/x')]);
  expect(tree.map(({ name, size, fileCount }) => [name, size, fileCount])).toEqual([
    ['notes', 1, 1],
    ['raw', 5, 2],
    ['take 2', 1, 1],
    ['take 10', 1, 1],
  ]);
});

test('folders that hold but one folder are drawn as one', () => {
  const tree = toTree([row('a/b/c/one'), row('a/b/c/two'), row('other')]);
  expect(tree.map(({ name }) => name)).toEqual(['a/b/c', 'other']);
  expect(tree[0] && filesIn(tree[0])).toEqual(['a/b/c/one', 'a/b/c/two']);
});

test.each([
  { why: 'nothing chosen', chosen: [], is: 'none' },
  { why: 'one of two', chosen: ['raw/a'], is: 'some' },
  { why: 'both', chosen: ['raw/a', 'raw/b'], is: 'all' },
])('a folder is wanted: $why', ({ chosen, is }) => {
  const [raw] = toTree([row('raw/a'), row('raw/b')]);
  expect(raw && wantedOf(raw, new Set(chosen))).toBe(is);
});

test('what looks like a property of every object is a name like others', () => {
  expect(toTree([row('__proto__/constructor'), row('toString')]).map(({ name }) => name)).toEqual([
    '__proto__',
    'toString',
  ]);
});
