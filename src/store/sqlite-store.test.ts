import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../base/index.ts';
import { SampleUser } from '../../test/contract/sample-records.ts';
import type { StoreNews } from './record-store.ts';
import { openDatabase } from './sqlite-database.ts';
import { openSqliteStore, SqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlite-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const anna = new SampleUser(sha256Hex('cluster'));

describe('SqliteStore', () => {
  test('has everything again after a restart', async () => {
    const path = join(folder, 'restart.sqlite');
    const first = await openSqliteStore(path);
    await first.merge([anna.share(1), anna.share(2)]);
    const digests = await first.digests();
    await first.close();
    const second = await openSqliteStore(path);
    expect(await second.digests()).toEqual(digests);
    expect((await second.get(anna.share(2).key))?.author).toBe(anna.uid);
    await second.close();
  });

  test('what was acknowledged is on disk although nothing was closed', async () => {
    const path = join(folder, 'killed.sqlite');
    const store = await openSqliteStore(path);
    await store.merge([anna.share(1)]);
    const copy = join(folder, 'copy.sqlite');
    cpSync(path, copy);
    cpSync(`${path}-wal`, `${copy}-wal`);
    const found = await openSqliteStore(copy);
    expect(await found.count()).toBe(1);
    await found.close();
    await store.close();
  });

  test('a second tracker on the same file is told what to do', async () => {
    const path = join(folder, 'locked.sqlite');
    const store = await openSqliteStore(path);
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      code: 'IO_ERROR',
      message: expect.stringMatching(/locked\.sqlite is in use by another tracker/),
    });
    await store.close();
    await (await openSqliteStore(path)).close();
  });

  test('a damaged file is named, with the way on', async () => {
    const path = join(folder, 'damaged.sqlite');
    writeFileSync(path, 'this was a database once '.repeat(500));
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      code: 'IO_ERROR',
      message: expect.stringMatching(/damaged\.sqlite is damaged .*Move it away/),
    });
  });

  test('a file of another version is left alone', async () => {
    const path = join(folder, 'version.sqlite');
    const opened = await openDatabase(path);
    opened.database.exec('PRAGMA user_version = 7');
    opened.close();
    await expect(openSqliteStore(path)).rejects.toMatchObject({ message: expect.stringMatching(/format 7/) });
  });

  test('when the disk is full nothing of the call is stored, watchers are told, and it goes on afterwards', async () => {
    const path = join(folder, 'full.sqlite');
    const opened = await openDatabase(path);
    const { database } = opened;
    const store = new SqliteStore(path, opened);
    const news: StoreNews[] = [];
    store.watch(store.position(), (one) => news.push(one));
    await store.merge([anna.share(0)]);
    const before = await store.digests();
    database.exec('PRAGMA max_page_count = 12');
    const many = Array.from({ length: 200 }, (_, number) => anna.share(number + 1));
    await expect(store.merge(many)).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await store.count()).toBe(1);
    expect(await store.digests()).toEqual(before);
    expect(news.map((one) => one.type)).toEqual(['changes', 'lost']);
    database.exec('PRAGMA max_page_count = 100000');
    expect(await store.merge(many)).toHaveLength(200);
    expect(await store.count()).toBe(201);
    await store.close();
  });

  test('answers a read of what is not committed yet, and commits calls of one turn together', async () => {
    const store = await openSqliteStore(join(folder, 'batch.sqlite'));
    const news: StoreNews[] = [];
    store.watch(store.position(), (one) => news.push(one));
    const merges = [store.merge([anna.share(1)]), store.merge([anna.share(2)])];
    expect(await store.get(anna.share(2).key)).toBeDefined();
    await Promise.all(merges);
    expect(news).toHaveLength(1);
    await store.close();
  });
});
