import { equalBytes } from '../base/index.ts';
import { BUCKET_COUNT, DIGEST_BYTES } from '../store/index.ts';

export type Pair = readonly [key: string, hash: string];

/** Buckets in which two trackers differ; undefined if `theirs` is not a list of digests at all. */
export function differingBuckets(ours: Uint8Array, theirs: Uint8Array): number[] | undefined {
  if (theirs.length !== BUCKET_COUNT * DIGEST_BYTES) return undefined;
  const differing: number[] = [];
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
    const at = bucket * DIGEST_BYTES;
    const end = at + DIGEST_BYTES;
    if (!equalBytes(ours.subarray(at, end), theirs.subarray(at, end))) differing.push(bucket);
  }
  return differing;
}

/**
 * Keys to fetch: those that only they hold, or otherwise. Which of two different records is older only a merge can
 * tell, so both sides fetch such a one, and one of them finds it stale.
 */
export function keysToFetch(ours: readonly Pair[], theirs: readonly Pair[]): string[] {
  const held = new Map(ours);
  return theirs.filter(([key, hash]) => held.get(key) !== hash).map(([key]) => key);
}

/** Splits into parts of at most `size`. */
export function inParts<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
