/** Where records are kept: one interface, one contract, a file of SQLite or the memory. */
export { BUCKET_COUNT, DIGEST_BYTES } from './bucket-digests.ts';
export { MemoryStore } from './memory-store.ts';
export type { Expectation, MergeOutcome, RecordPage, RecordStore, StoreNews } from './record-store.ts';
export { openSqliteStore } from './sqlite-store.ts';
