import { openVerifier } from '../identity/index.ts';
import type { SignedRecord } from './kinds.ts';
import { signatureChecks } from './signing.ts';

/** Verifies many records at once in workers. */
export interface RecordVerifier {
  /** For each record what `verifyRecord` would say. */
  verify(records: readonly SignedRecord[], clusterId: string): Promise<boolean[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** `workers`: threads at most; by default one per core, four at most. A handful of records needs none. */
export function openRecordVerifier(workers?: number): RecordVerifier {
  const verifier = openVerifier(workers);
  return {
    async verify(records, clusterId) {
      const checks = records.map((record) => signatureChecks(record, clusterId));
      const held = (await verifier.verify(checks.flatMap((some) => some ?? []))).values();
      return checks.map((some) => some !== undefined && allHold(some.length, held));
    },
    close: () => verifier.close(),
  };
}

/** Takes the next `count` answers, all of them, also after a bad one. */
function allHold(count: number, held: Iterator<boolean>): boolean {
  let all = true;
  for (let i = 0; i < count; i++) all = held.next().value === true && all;
  return all;
}
