import { expect, test } from 'vitest';
import { sha256Hex, type ContentId, type UserId } from '../../base/index.ts';
import type { OfferedFile } from '../transfers/file-names.ts';
import { newerVersion } from './newer-version.ts';

const idOf = (text: string) => sha256Hex(text);
const offer = (version: string, ...users: string[]): OfferedFile => ({
  name: 'a.txt',
  content: idOf(version) as ContentId,
  size: 10,
  files: 1,
  sharers: users,
  uids: users.map((user) => idOf(user) as UserId),
});

/** What is newer than v1, which ann and bob offered when it was fetched. */
const newer = (...offers: OfferedFile[]) =>
  newerVersion({ contents: [offer('v1').content], from: offer('v1', 'ann', 'bob').uids }, offers)?.content;

test('what one who offered it offers in its place', () => {
  expect(newer(offer('v2', 'ann'))).toBe(offer('v2').content);
  expect(newer(offer('v1', 'bob'), offer('v2', 'ann'))).toBe(offer('v2').content);
  expect(newer(offer('v2', 'ann', 'bob', 'carol'))).toBe(offer('v2').content);
});

test('not what others call so, nor what comes beside it', () => {
  expect(newer(offer('v1', 'ann', 'bob'))).toBeUndefined();
  expect(newer(offer('v1', 'ann', 'bob'), offer('x', 'mallory'))).toBeUndefined();
  expect(newer(offer('x', 'mallory'))).toBeUndefined();
  expect(newer(offer('v1', 'ann', 'bob'), offer('x', 'ann'))).toBeUndefined();
});

test('not where it cannot be said which is the newer', () => {
  expect(newer(offer('v2', 'ann'), offer('w2', 'bob'))).toBeUndefined();
  expect(newer(offer('v2', 'ann'), offer('v3', 'ann'))).toBeUndefined();
  expect(newer()).toBeUndefined();
});
