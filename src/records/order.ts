import type { SignedRecord, Verdict } from './kinds.ts';

/** A removal stands against an acceptance of the same request, whichever of the two arrives last. */
const VERDICT_RANK: Readonly<Record<Verdict, number>> = { accepted: 0, rejected: 1, removed: 2 };

/**
 * The order of all records that can stand under one key: positive if `a` replaces `b`, zero if both say the same.
 * It is total, so that merging commutes, associates and is idempotent.
 */
export function compareRecords(a: SignedRecord, b: SignedRecord): number {
  const left = rank(a);
  const right = rank(b);
  for (const [at, n] of left.entries()) {
    const difference = n - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.hash === b.hash ? 0 : a.hash > b.hash ? 1 : -1;
}

/** Whether `next` takes the place of `current` under their key. */
export const supersedes = (next: SignedRecord, current: SignedRecord): boolean =>
  compareRecords(next, current) > 0;

function rank(record: SignedRecord): readonly number[] {
  switch (record.kind) {
    case 'grant': {
      const { n, verdict, epoch, serial } = record.body;
      return [n, VERDICT_RANK[verdict], epoch, serial];
    }
    case 'name':
      return record.stamp === undefined ? [0, 0] : [1, -record.stamp.ms];
    case 'group':
      return [record.body.epochs.length];
    case 'ended':
      return [record.body.epoch];
    case 'secret':
      return [0];
    default:
      return [record.body.n];
  }
}
