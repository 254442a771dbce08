import { expect, test } from 'vitest';
import { BUCKET_COUNT, DIGEST_BYTES } from '../store/index.ts';
import { differingBuckets, inParts, keysToFetch } from './replication-plan.ts';

test('finds the buckets that differ, the first and the last included', () => {
  const ours = new Uint8Array(BUCKET_COUNT * DIGEST_BYTES);
  const theirs = ours.slice();
  expect(differingBuckets(ours, theirs)).toEqual([]);
  theirs[0] = 1;
  theirs[5 * DIGEST_BYTES + 31] = 1;
  theirs[theirs.length - 1] = 1;
  expect(differingBuckets(ours, theirs)).toEqual([0, 5, BUCKET_COUNT - 1]);
});

test.each([0, 1, BUCKET_COUNT * DIGEST_BYTES - 1])('takes no digests of %i bytes', (length) => {
  expect(
    differingBuckets(new Uint8Array(BUCKET_COUNT * DIGEST_BYTES), new Uint8Array(length)),
  ).toBeUndefined();
});

test('fetches what only they have, or have otherwise', () => {
  const ours = [
    ['same', '1'],
    ['other', '1'],
    ['ours', '1'],
  ] as const;
  const theirs = [
    ['other', '2'],
    ['same', '1'],
    ['theirs', '1'],
  ] as const;
  expect(keysToFetch(ours, theirs)).toEqual(['other', 'theirs']);
});

test('splits into parts', () => {
  expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inParts([], 2)).toEqual([]);
});
