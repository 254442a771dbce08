import { expect, test } from 'vitest';
import { sha256Hex, type ContentId, type UserId } from '../../base/index.ts';
import type { OfferedFile } from '../transfers/file-names.ts';
import { newerVersion, withoutOldCopies } from './newer-version.ts';

const offer = (version: string, origins: readonly string[], name = 'a.txt'): OfferedFile => ({
  name,
  content: sha256Hex(version) as ContentId,
  size: 10,
  files: 1,
  sharers: [...origins, 'others'],
  origins: origins.map((user) => sha256Hex(user) as UserId),
});

/** What is newer than v1, which ann and bob had brought when it was fetched. */
const newer = (...offers: OfferedFile[]) => {
  const { content, origins } = offer('v1', ['ann', 'bob']);
  return newerVersion({ contents: [content], from: [...origins] }, offers)?.content;
};
const v2 = offer('v2', ['ann']);

test('what those who brought it offer in its place, whoever still has the older one', () => {
  expect(newer(v2)).toBe(v2.content);
  expect(newer(offer('v1', []), v2)).toBe(v2.content);
  expect(newer(offer('v2', ['ann', 'bob', 'carol']))).toBe(v2.content);
  expect(newer(offer('x', ['mallory']), v2)).toBe(v2.content);
});

test('not what others call so, nor what comes beside it', () => {
  expect(newer(offer('v1', ['ann', 'bob']))).toBeUndefined();
  expect(newer(offer('v1', ['ann', 'bob']), offer('x', ['mallory']))).toBeUndefined();
  expect(newer(offer('x', ['mallory']))).toBeUndefined();
  expect(newer(offer('x', []))).toBeUndefined();
  expect(newer(offer('v1', ['ann', 'bob']), offer('x', ['ann']))).toBeUndefined();
});

test('not where it cannot be said which is the newer', () => {
  expect(newer(offer('v1', ['bob']), v2)).toBeUndefined();
  expect(newer(v2, offer('w2', ['bob']))).toBeUndefined();
  expect(newer(v2, offer('v3', ['ann']))).toBeUndefined();
  expect(newer()).toBeUndefined();
});

test('copies of a name count where nobody has brought anything under it', () => {
  const [old, other] = [offer('v1', []), offer('b', [], 'b.txt')];
  expect(withoutOldCopies([old, v2, other])).toEqual([v2, other]);
  expect(withoutOldCopies([old, other])).toEqual([old, other]);
});
