import type { UserId } from '../base/index.ts';
import type { SignedRecord } from '../records/index.ts';
import { BucketDigests, bucketOf } from './bucket-digests.ts';
import { ChangeJournal } from './change-journal.ts';
import { decideMerge, expectationHolds } from './merge-decision.ts';
import type { Expectation, MergeOutcome, RecordPage, RecordStore, StoreNews } from './record-store.ts';

/** Keeps records as long as the process lives: for tests, and to try things out. */
export class MemoryStore implements RecordStore {
  readonly #records = new Map<string, SignedRecord>();
  readonly #keysByBucket = new Map<number, Set<string>>();
  readonly #journal = new ChangeJournal();
  readonly #digests = new BucketDigests((bucket) => this.#pairsOf(bucket));
  #sorted: SignedRecord[] | undefined;

  get(key: string): Promise<SignedRecord | undefined> {
    return Promise.resolve(this.#records.get(key));
  }

  merge(records: readonly SignedRecord[], expect?: Expectation): Promise<MergeOutcome[]> {
    const expected = expect && this.#records.get(expect.key);
    if (expect && !expectationHolds(expect, expected, records)) {
      return Promise.resolve(records.map(() => ({ status: 'conflict', current: expected })));
    }
    const applied: SignedRecord[] = [];
    const outcomes = records.map((record) => {
      const outcome = decideMerge(record, this.#records.get(record.key));
      if (outcome.status === 'applied') {
        this.#put(record);
        applied.push(record);
      }
      return outcome;
    });
    if (applied.length > 0) this.#sorted = undefined;
    this.#journal.onCommitted(applied);
    return Promise.resolve(outcomes);
  }

  list(prefix: string, after: string | undefined, limit: number): Promise<RecordPage> {
    return Promise.resolve(this.#page((record) => record.key.startsWith(prefix), after, limit));
  }

  listOf(author: UserId, after: string | undefined, limit: number): Promise<RecordPage> {
    return Promise.resolve(this.#page((record) => record.author === author, after, limit));
  }

  countOf(author: UserId): Promise<number> {
    return Promise.resolve(this.#inOrder().filter((record) => record.author === author).length);
  }

  count(): Promise<number> {
    return Promise.resolve(this.#records.size);
  }

  digests(): Promise<Uint8Array> {
    return Promise.resolve(this.#digests.current());
  }

  bucket(index: number): Promise<[key: string, hash: string][]> {
    return Promise.resolve(this.#pairsOf(index));
  }

  position(): string {
    return this.#journal.position();
  }

  watch(position: string, listener: (news: StoreNews) => void): () => void {
    return this.#journal.watch(position, (key) => this.#records.get(key), listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #inOrder(): SignedRecord[] {
    return (this.#sorted ??= [...this.#records.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)));
  }

  #page(wanted: (record: SignedRecord) => boolean, after: string | undefined, limit: number): RecordPage {
    const found = this.#inOrder().filter(
      (record) => wanted(record) && (after === undefined || record.key > after),
    );
    const records = found.slice(0, limit);
    const next = found.length > limit ? records.at(-1)?.key : undefined;
    return { records, next, position: this.position() };
  }

  #put(record: SignedRecord): void {
    const bucket = bucketOf(record.key);
    const keys = this.#keysByBucket.get(bucket) ?? new Set();
    this.#keysByBucket.set(bucket, keys.add(record.key));
    this.#records.set(record.key, record);
    this.#digests.onChanged(bucket);
  }

  #pairsOf(bucket: number): [key: string, hash: string][] {
    const keys = [...(this.#keysByBucket.get(bucket) ?? [])].toSorted();
    return keys.map((key) => [key, this.#records.get(key)?.hash ?? '']);
  }
}
