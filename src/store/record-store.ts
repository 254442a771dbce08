import type { UserId } from '../base/index.ts';
import type { SignedRecord } from '../records/index.ts';

/** The one seam to where a tracker keeps records. Contract: test/contract/record-store-contract.ts. */
export interface RecordStore {
  get(key: string): Promise<SignedRecord | undefined>;
  /**
   * Stores each record that supersedes what its key holds, and answers in the same order. When the promise
   * resolves, what was applied survives the end of the process and of the machine. All of one call is stored or,
   * when it rejects, nothing. Signatures are the caller's business: it must have checked them.
   */
  merge(records: readonly SignedRecord[], expect?: Expectation): Promise<MergeOutcome[]>;
  /** Records whose key begins with `prefix` and is above `after`, in the order of keys; at most `limit`. */
  list(prefix: string, after: string | undefined, limit: number): Promise<RecordPage>;
  /** One author's records, read like `list`. */
  listOf(author: UserId, after: string | undefined, limit: number): Promise<RecordPage>;
  /** How many records one author has here. */
  countOf(author: UserId): Promise<number>;
  count(): Promise<number>;
  /** `BUCKET_COUNT` digests of 32 bytes each; equal digests mean equal keys and hashes in that bucket. */
  digests(): Promise<Uint8Array>;
  /** The [key, hash] pairs of one bucket, in the order of keys. */
  bucket(index: number): Promise<[key: string, hash: string][]>;
  /** Now, as `watch` understands it. Good only while this store is open. */
  position(): string;
  /**
   * Tells `listener` of every change committed after `position`, in order; first of those that were already.
   * `lost` comes instead where they are no longer known: list again, and go on listening. Returns the way to stop.
   */
  watch(position: string, listener: (news: StoreNews) => void): () => void;
  /** Idempotent; waits for what was begun. */
  close(): Promise<void>;
}

/** Compare-and-set: nothing is merged unless `key` holds a record of this hash (null: holds none). */
export interface Expectation {
  readonly key: string;
  readonly hash: string | null;
}

export type MergeOutcome =
  | { readonly status: 'applied' }
  /** `current` is as new or newer; the very same record if its hash is equal. */
  | { readonly status: 'stale'; readonly current: SignedRecord }
  /** The expectation did not hold; `current` is what its key holds. */
  | { readonly status: 'conflict'; readonly current: SignedRecord | undefined };

export interface RecordPage {
  readonly records: readonly SignedRecord[];
  /** Read on after this key; undefined at the end. */
  readonly next: string | undefined;
  /** Watch from here to miss nothing that came after this page. */
  readonly position: string;
}

export type StoreNews =
  | { readonly type: 'changes'; readonly records: readonly SignedRecord[]; readonly position: string }
  | { readonly type: 'lost'; readonly position: string };
