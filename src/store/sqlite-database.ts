import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { CommandError, systemCode } from '../base/index.ts';

/** What both drivers have in common: the API of Node's built-in `node:sqlite`. */
export type Database = DatabaseSyncInstance;
type Driver = { DatabaseSync: new (path: string) => Database };

const SCHEMA_VERSION = 1;
/** Pages of 4 KiB in the write-ahead log before it goes into the file: many small writes hit the same pages. */
const LOG_PAGES = 4_000;
const SCHEMA = `
  CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    author TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX records_by_bucket ON records (bucket);
  CREATE INDEX records_by_author ON records (author, key);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The built-in module where Node has it (22 and newer, without a flag), else the package with the same API. */
async function loadDriver(): Promise<Driver> {
  const builtin = process.getBuiltinModule('node:sqlite') as Driver | undefined;
  return builtin ?? (await import('@photostructure/sqlite'));
}

/** A database, and the lock that keeps other processes from it. */
export interface OpenDatabase {
  readonly database: Database;
  close(): void;
}

/**
 * Opens or creates the database, locked for this process (the lock ends with the process, however that ends).
 * IO_ERROR and NO_SPACE name the file and what to do.
 */
export async function openDatabase(path: string): Promise<OpenDatabase> {
  const { DatabaseSync } = await loadDriver();
  const opened: Database[] = [];
  const close = (): void => opened.splice(0).forEach((database) => database.close());
  try {
    // A file of its own: a connection that has prepared statements keeps its locks until those are collected as
    // garbage, this one lets go when it is closed.
    const lock = new DatabaseSync(`${path}.lock`);
    opened.push(lock);
    lock.exec('BEGIN EXCLUSIVE');
    const database = new DatabaseSync(path);
    opened.push(database);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${LOG_PAGES}`,
    );
    database.exec('BEGIN IMMEDIATE');
    prepareSchema(database, path);
    database.exec('COMMIT');
    return { database, close };
  } catch (error) {
    close();
    throw error instanceof CommandError ? error : storeError(path, error);
  }
}

function prepareSchema(database: Database, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version === 0) database.exec(SCHEMA);
  else if (row.user_version !== SCHEMA_VERSION) {
    throw new CommandError(
      'IO_ERROR',
      `${path} was written by another version (format ${row.user_version}, this one knows ${SCHEMA_VERSION}); use that version`,
    );
  }
}

/** The failure in words for the person who runs the tracker. */
export function storeError(path: string, error: unknown): CommandError {
  const text = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (/database is locked/i.test(text)) {
    return new CommandError(
      'IO_ERROR',
      `${path} is in use by another tracker; stop it or choose another --data`,
      options,
    );
  }
  if (/database or disk is full|no space/i.test(text) || systemCode(error) === 'ENOSPC') {
    return new CommandError('NO_SPACE', `${path}: no space left on the disk; free some`, options);
  }
  if (/not a database|malformed/i.test(text)) {
    return new CommandError(
      'IO_ERROR',
      `${path} is damaged (${text}). Move it away and start again: the tracker fetches everything from the others and from its users`,
      options,
    );
  }
  return new CommandError('IO_ERROR', `${path}: ${text}`, options);
}
