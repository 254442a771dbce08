import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { MemoryStore, openSqliteStore } from '../../src/store/index.ts';
import { recordStoreContract } from './record-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'record-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
recordStoreContract('memory', () => Promise.resolve(new MemoryStore()));
recordStoreContract('SQLite', () => openSqliteStore(join(folder, `${(files += 1)}.sqlite`)));
