import type { Deferred, UserId } from '../base/index.ts';
import { deferred, invariant } from '../base/index.ts';
import type { SignedRecord } from '../records/index.ts';
import { decodeRecord } from '../records/index.ts';
import { BucketDigests, bucketOf } from './bucket-digests.ts';
import { ChangeJournal } from './change-journal.ts';
import { decideMerge, expectationHolds } from './merge-decision.ts';
import type { Expectation, MergeOutcome, RecordPage, RecordStore, StoreNews } from './record-store.ts';
import { openDatabase, storeError, type Database, type OpenDatabase } from './sqlite-database.ts';

/** Opens or creates the file `path`. IO_ERROR or NO_SPACE with what to do. */
export async function openSqliteStore(path: string): Promise<RecordStore> {
  return new SqliteStore(path, await openDatabase(path));
}

/** The writes of all calls that came in one turn of the event loop: one transaction, one sync of the disk. */
interface Batch {
  readonly committed: Deferred<void>;
  readonly applied: SignedRecord[];
}

export class SqliteStore implements RecordStore {
  readonly #path: string;
  readonly #opened: OpenDatabase;
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #journal = new ChangeJournal();
  readonly #digests = new BucketDigests((bucket) => this.#pairsOf(bucket));
  #batch: Batch | undefined;
  #closed = false;

  constructor(path: string, opened: OpenDatabase) {
    this.#path = path;
    this.#opened = opened;
    this.#database = opened.database;
    this.#statements = prepareStatements(opened.database);
  }

  async get(key: string): Promise<SignedRecord | undefined> {
    return this.#read(key);
  }

  async merge(records: readonly SignedRecord[], expect?: Expectation): Promise<MergeOutcome[]> {
    const outcomes = this.#apply(records, expect);
    // Also where all was stale: what stands there may be of this very batch, and not on disk yet.
    await this.#batch?.committed.promise;
    return outcomes;
  }

  async list(prefix: string, after: string | undefined, limit: number): Promise<RecordPage> {
    const from = after !== undefined && after >= prefix ? after : undefined;
    const rows =
      from === undefined
        ? this.#statements.listFrom.all(prefix, endOf(prefix), limit + 1)
        : this.#statements.listAfter.all(from, endOf(prefix), limit + 1);
    return this.#page(rows as StoredRow[], limit);
  }

  async listOf(author: UserId, after: string | undefined, limit: number): Promise<RecordPage> {
    return this.#page(this.#statements.listOf.all(author, after ?? '', limit + 1) as StoredRow[], limit);
  }

  async countOf(author: UserId): Promise<number> {
    return (this.#statements.countOf.get(author) as { n: number }).n;
  }

  async count(): Promise<number> {
    return (this.#statements.count.get() as { n: number }).n;
  }

  async digests(): Promise<Uint8Array> {
    return this.#digests.current();
  }

  async bucket(index: number): Promise<[key: string, hash: string][]> {
    return this.#pairsOf(index);
  }

  position(): string {
    return this.#journal.position();
  }

  watch(position: string, listener: (news: StoreNews) => void): () => void {
    return this.#journal.watch(position, (key) => this.#read(key), listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commit();
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.#opened.close();
    }
  }

  #read(key: string): SignedRecord | undefined {
    const row = this.#statements.get.get(key) as StoredRow | undefined;
    return row && decodeRecord(row.bytes);
  }

  #page(rows: StoredRow[], limit: number): RecordPage {
    const records = rows.slice(0, limit).map((row) => decodeRecord(row.bytes));
    const next = rows.length > limit ? records.at(-1)?.key : undefined;
    return { records, next, position: this.position() };
  }

  #pairsOf(bucket: number): [key: string, hash: string][] {
    const rows = this.#statements.bucket.all(bucket) as { key: string; hash: string }[];
    return rows.map((row) => [row.key, row.hash]);
  }

  #apply(records: readonly SignedRecord[], expect: Expectation | undefined): MergeOutcome[] {
    invariant(!this.#closed, 'the store is open while it is written to');
    const expected = expect && this.#read(expect.key);
    if (expect && !expectationHolds(expect, expected, records)) {
      return records.map(() => ({ status: 'conflict', current: expected }));
    }
    try {
      return records.map((record) => {
        const outcome = decideMerge(record, this.#read(record.key));
        if (outcome.status === 'applied') this.#write(record);
        return outcome;
      });
    } catch (error) {
      this.#rollBack(error);
      throw storeError(this.#path, error);
    }
  }

  #write(record: SignedRecord): void {
    const batch = (this.#batch ??= this.#begin());
    const bucket = bucketOf(record.key);
    this.#statements.put.run(record.key, record.hash, record.author, bucket, record.bytes);
    this.#digests.onChanged(bucket);
    batch.applied.push(record);
  }

  #begin(): Batch {
    this.#database.exec('BEGIN IMMEDIATE');
    const batch: Batch = { committed: deferred<void>(), applied: [] };
    // Nobody may be waiting when it fails.
    batch.committed.promise.catch(() => undefined);
    setImmediate(() => {
      if (this.#batch === batch) this.#commit();
    });
    return batch;
  }

  #commit(): void {
    const batch = this.#batch;
    if (!batch) return;
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack(error);
      return;
    }
    this.#batch = undefined;
    batch.committed.resolve();
    this.#journal.onCommitted(batch.applied);
  }

  /** Undoes the whole batch, also for the calls in it that went well: none of them was answered yet. */
  #rollBack(error: unknown): void {
    const batch = this.#batch;
    this.#batch = undefined;
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself.
    }
    this.#digests.onAllChanged();
    batch?.committed.reject(storeError(this.#path, error));
    this.#journal.onRolledBack();
  }
}

interface StoredRow {
  readonly bytes: Uint8Array;
}

function prepareStatements(database: Database) {
  const put = `INSERT INTO records (key, hash, author, bucket, bytes) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET hash = excluded.hash, author = excluded.author, bytes = excluded.bytes`;
  return {
    get: database.prepare('SELECT bytes FROM records WHERE key = ?'),
    put: database.prepare(put),
    listFrom: database.prepare('SELECT bytes FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT ?'),
    listAfter: database.prepare('SELECT bytes FROM records WHERE key > ? AND key < ? ORDER BY key LIMIT ?'),
    listOf: database.prepare('SELECT bytes FROM records WHERE author = ? AND key > ? ORDER BY key LIMIT ?'),
    countOf: database.prepare('SELECT count(*) AS n FROM records WHERE author = ?'),
    count: database.prepare('SELECT count(*) AS n FROM records'),
    bucket: database.prepare('SELECT key, hash FROM records WHERE bucket = ? ORDER BY key'),
  };
}

/** Above every key that begins with `prefix`: keys are ASCII. */
const endOf = (prefix: string): string => `${prefix}\u007f`;
