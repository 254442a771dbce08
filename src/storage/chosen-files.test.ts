import { mkdtemp, readdir, readFile, realpath, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandError } from '../base/index.ts';
import { buildContent, merkleRoot, leafHashes, type Content } from '../metainfo/index.ts';
import { writeFully } from './disk-io.ts';
import { DownloadStorage, FilePool, HeldStorage, ResumeRecord } from './index.ts';

const LENGTH = 16 * 1024;
const NAMES = ['a', 'b/c', 'b/d', 'e'];
/** One piece each; the last is empty. */
const content = contentOf();
let base: string;
let record: string;
let pool: FilePool;
const open: { close(): Promise<void> }[] = [];

function bytesOf(file: number): Uint8Array {
  return new Uint8Array(LENGTH).fill(file + 1);
}

function contentOf(): Content {
  const files = NAMES.map((name, file) => {
    const length = file < 3 ? LENGTH : 0;
    const piecesRoot = length > 0 ? merkleRoot(leafHashes(bytesOf(file)), 0, 0) : undefined;
    return { path: name.split('/'), length, piecesRoot };
  });
  return buildContent({ name: 'tour', isFolder: true, files });
}

beforeEach(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'mbt-chosen-')));
  record = path.join(base, 'record');
  pool = new FilePool(3);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(base, { recursive: true });
});

async function download(): Promise<DownloadStorage> {
  const { storage } = await DownloadStorage.open(
    content,
    path.join(base, 'tour'),
    pool,
    await ResumeRecord.open(record, content),
  );
  open.push(storage);
  return storage;
}

/** `isWhole` false: the file is begun, and what came of it was wrong. */
async function put(storage: DownloadStorage, file: number, isWhole = true): Promise<void> {
  await storage.storePiece(file, async ({ fd, offset }) => {
    if (isWhole) await writeFully(fd, bytesOf(file), offset);
    return isWhole;
  });
}

async function there(): Promise<string[]> {
  const entries = await readdir(path.join(base, 'tour'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) =>
    path.relative(path.join(base, 'tour'), path.join(entry.parentPath, entry.name)),
  );
}

test('a part is finished without the files that are not wanted', async () => {
  const storage = await download();
  await put(storage, 1);
  const stamps = await storage.finish((file) => file === 1 || file === 3);
  expect(stamps.map(({ size }) => size)).toEqual([LENGTH, 0]);
  expect((await there()).toSorted()).toEqual(['b/c', 'e']);
  expect(new Uint8Array(await readFile(path.join(base, 'tour', 'b', 'c')))).toEqual(bytesOf(1));
});

test('a wanted file that vanished meanwhile is noticed, one that is not wanted is not missed', async () => {
  const storage = await download();
  for (const file of [0, 1]) await put(storage, file);
  await unlink(path.join(base, 'tour', 'a'));
  await expect(storage.finish((file) => file === 0)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  await expect(storage.finish((file) => file === 1)).resolves.toHaveLength(1);
});

test('leaving a part keeps what is whole, and deletes what was begun and the record', async () => {
  const storage = await download();
  for (const file of [0, 1]) await put(storage, file);
  await put(storage, 2, false);
  expect(await there()).toHaveLength(3);
  await storage.leave();
  expect((await there()).toSorted()).toEqual(['a', 'b/c']);
  await expect(stat(record)).rejects.toThrow('ENOENT');
});

test('leaving with nothing whole leaves no folder behind', async () => {
  const storage = await download();
  await put(storage, 2, false);
  await storage.leave();
  await expect(stat(path.join(base, 'tour'))).rejects.toThrow('ENOENT');
});

test('what a record says can be seen without opening it', async () => {
  expect((await ResumeRecord.heldAt(record, content)).count).toBe(0);
  const storage = await download();
  await put(storage, 1);
  await storage.close();
  const before = await readFile(record);
  expect([...(await ResumeRecord.heldAt(record, content)).ones()]).toEqual([1]);
  expect((await readFile(record)).equals(before)).toBe(true);
  await expect(ResumeRecord.heldAt(base, content)).rejects.toThrow(CommandError);
});

test('held pieces are read beside the download, and nothing is made by that', async () => {
  const storage = await download();
  const reading = await HeldStorage.open(content, path.join(base, 'tour'), pool);
  open.push(reading);
  const block = new Uint8Array(10);
  await expect(reading.readBlock(1, 0, block)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(stat(path.join(base, 'tour'))).rejects.toThrow('ENOENT');
  await put(storage, 1);
  await reading.readBlock(1, 100, block);
  expect(block).toEqual(bytesOf(1).subarray(0, 10));
  await reading.close();
  await expect(reading.readBlock(1, 0, block)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
