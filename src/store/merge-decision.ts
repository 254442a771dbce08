import type { SignedRecord } from '../records/index.ts';
import { supersedes } from '../records/index.ts';
import type { Expectation, MergeOutcome } from './record-store.ts';

/**
 * What becomes of `record` where `current` stands. An equal record is never a conflict, so that a call that is
 * repeated because its answer was lost ends as the first one did.
 */
export function decideMerge(record: SignedRecord, current: SignedRecord | undefined): MergeOutcome {
  if (current === undefined) return { status: 'applied' };
  if (current.hash !== record.hash && supersedes(record, current)) return { status: 'applied' };
  return { status: 'stale', current };
}

/** True if the call may go on: the expected key holds what is expected, or what this very call would put there. */
export function expectationHolds(
  expect: Expectation,
  current: SignedRecord | undefined,
  records: readonly SignedRecord[],
): boolean {
  if ((current?.hash ?? null) === expect.hash) return true;
  return records.some((record) => record.key === expect.key && record.hash === current?.hash);
}
