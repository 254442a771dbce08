import type { UserId } from '../base/index.ts';
import type { RecordKind, SignedRecord } from '../records/index.ts';
import type { RecordStore } from '../store/index.ts';

const PAGE = 64;
/** Of one kind, for one user: a secret for each key it ever had. */
const RECORDS_MAX = 4_096;

/** A user's own records of one kind, in the order of keys. */
export async function ownOfKind(store: RecordStore, uid: UserId, kind: RecordKind): Promise<SignedRecord[]> {
  const found: SignedRecord[] = [];
  // An author's keys are in order, so those of one kind lie side by side.
  let after: string | undefined = `${kind}/`;
  while (after !== undefined && found.length < RECORDS_MAX) {
    const page = await store.listOf(uid, after, PAGE);
    const fitting = page.records.filter((record) => record.kind === kind);
    found.push(...fitting);
    after = fitting.length === page.records.length ? page.next : undefined;
  }
  return found;
}
