import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { ContentReader } from '../../src/node/commands.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, openHandles, until } from './kit.ts';

const MIB = 1024 * 1024;
const bytes = noise(16 * MIB + 77);
const signal = new AbortController().signal;
let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

async function read(reader: ContentReader, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of reader.read(start, end, signal)) {
    expect(chunk.length).toBeLessThanOrEqual(MIB);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function expectTruth(reader: ContentReader, start: number, end: number): Promise<void> {
  expect((await read(reader, start, end)).equals(bytes.subarray(start, end))).toBe(true);
}

/** A download of 16 MiB that takes some eight seconds. */
async function slowDownload(): Promise<{ alice: WorldUser; bob: WorldUser }> {
  const alice = await world.user('alice', { upBytesPerSecond: 2 * MIB });
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'film.mkv', bytes));
  await bob.download('film.mkv');
  return { alice, bob };
}

test('what is near the end is read long before the download is complete, then what is anywhere else', async () => {
  const { bob } = await slowDownload();
  const reader = await bob.transfers.openContent('lab', 'film.mkv', undefined);
  expect([reader.name, reader.size]).toEqual(['film.mkv', bytes.length]);
  await expectTruth(reader, bytes.length - 100_000, bytes.length);
  await expectTruth(reader, 8 * MIB - 5, 8 * MIB + 700_000);
  await expectTruth(reader, 3 * MIB, 3 * MIB);
  const { doneBytes, state } = await onlyRow(bob);
  expect(state).toBe('D');
  expect(doneBytes).toBeLessThan(8 * MIB);
  // Its beginning was asked for last of all, and is read over the end of the download.
  await Promise.all([expectTruth(reader, 0, bytes.length), bob.wait()]);
  await until(() => world.shares.length === 2);
  await expectTruth(reader, MIB, 2 * MIB);
  reader.close();
});

test('two read at once, and a file inside a folder', async () => {
  const alice = await world.user('alice', { upBytesPerSecond: 4 * MIB });
  const bob = await world.user('bob');
  await mkdir(join(alice.files, 'tour', 'video'), { recursive: true });
  await writeFile(join(alice.files, 'tour', 'video', 'film.mkv'), bytes.subarray(0, 10 * MIB));
  await writeFile(join(alice.files, 'tour', 'notes.txt'), 'arigato');
  await alice.share(join(alice.files, 'tour'));
  const own = await alice.transfers.openContent('lab', 'tour', 'notes.txt');
  expect((await read(own, 0, own.size)).toString()).toBe('arigato');
  await bob.download('tour');
  await until(async () => (await bob.transfers.listContentFiles('lab', 'tour').catch(() => [])).length > 0);
  for (const [path, code] of [
    [undefined, 'INVALID_ARGUMENTS'],
    ['../film.mkv', 'NO_SUCH_FILE'],
    ['video', 'NO_SUCH_FILE'],
  ] as const) {
    await expect(bob.transfers.openContent('lab', 'tour', path)).rejects.toMatchObject({ code });
  }
  const readers = await Promise.all(
    ['video/film.mkv', 'video/film.mkv', 'notes.txt'].map((path) =>
      bob.transfers.openContent('lab', 'tour', path),
    ),
  );
  const [one, other, notes] = readers as [ContentReader, ContentReader, ContentReader];
  await Promise.all([
    expectTruth(one, 9 * MIB, 10 * MIB),
    expectTruth(other, 5 * MIB, 6 * MIB),
    read(notes, 2, 7).then((part) => expect(part.toString()).toBe('igato')),
  ]);
  expect((await onlyRow(bob)).doneBytes).toBeLessThan(8 * MIB);
});

test('a paused download gives what it has and says no to the rest; whoever waits when it is paused hears it', async () => {
  const { bob } = await slowDownload();
  const reader = await bob.transfers.openContent('lab', 'film.mkv', undefined);
  await expectTruth(reader, 12 * MIB, 12 * MIB + 1000);
  const waiting = read(reader, 0, bytes.length);
  const refused = expect(waiting).rejects.toMatchObject({ code: 'NOT_READY' });
  await bob.transfers.pauseDownload('lab', 'film.mkv');
  await refused;
  await expectTruth(reader, 12 * MIB, 12 * MIB + 1000);
  await bob.logout();
  await bob.login();
  const again = await bob.transfers.openContent('lab', 'film.mkv', undefined);
  await expectTruth(again, 12 * MIB, 12 * MIB + 1000);
  await expect(read(reader, 12 * MIB, 12 * MIB + 10)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const missing = read(again, 0, bytes.length);
  await expect(missing).rejects.toMatchObject({ code: 'NOT_READY' });
  await bob.transfers.resumeDownload('lab', 'film.mkv');
  await expectTruth(again, 14 * MIB, 15 * MIB);
});

test('reading ends when it is closed, aborted, or the download is cancelled, and leaves nothing open', async () => {
  const { bob } = await slowDownload();
  const open = (): Promise<ContentReader> => bob.transfers.openContent('lab', 'film.mkv', undefined);
  const [closed, aborted, cancelled] = await Promise.all([open(), open(), open()]);
  await expectTruth(closed, 15 * MIB, 16 * MIB);
  const handles = await openHandles();
  const abort = new AbortController();
  const byAbort = aborted.read(0, bytes.length, abort.signal)[Symbol.asyncIterator]();
  const ends = [
    expect(read(closed, 0, bytes.length)).rejects.toMatchObject({ code: 'INTERRUPTED' }),
    expect(drain(byAbort)).rejects.toMatchObject({ code: 'INTERRUPTED' }),
    expect(read(cancelled, 0, bytes.length)).rejects.toMatchObject({ code: 'NO_SUCH_FILE' }),
  ];
  closed.close();
  abort.abort();
  await bob.transfers.cancelDownload('lab', 'film.mkv');
  await Promise.all(ends);
  for (const reader of [aborted, cancelled]) reader.close();
  await until(async () => (await openHandles()) < handles, openHandles);
  await expect(open()).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
});

test('a skipped file has to be chosen first; one of a queued download is fetched before others', async () => {
  const alice = await world.user('alice', { upBytesPerSecond: MIB });
  const bob = await world.user('bob');
  await mkdir(join(alice.files, 'tour'));
  for (const name of ['a', 'b']) await writeFile(join(alice.files, 'tour', name), bytes.subarray(0, MIB));
  await alice.share(join(alice.files, 'tour'));
  await bob.transfers.downloadFile('lab', 'tour', bob.files, { only: ['a'] });
  await bob.wait();
  const skipped = await bob.transfers.openContent('lab', 'tour', 'b');
  await expect(read(skipped, 0, 10)).rejects.toMatchObject({ code: 'NOT_READY' });

  for (let n = 0; n < 6; n += 1) await alice.share(await fileOf(alice, `f${n}.bin`, noise(2 * MIB, n + 2)));
  for (let n = 0; n < 6; n += 1) await bob.download(`f${n}.bin`);
  const last = async (): Promise<string> => (await bob.transfers.showDownloads()).at(-1)?.state ?? '';
  await until(async () => (await last()) === 'Q', last);
  const reader = await bob.transfers.openContent('lab', 'f5.bin', undefined);
  const part = await read(reader, 2 * MIB - 1000, 2 * MIB);
  expect(part.equals(noise(2 * MIB, 7).subarray(-1000))).toBe(true);
  expect((await bob.transfers.showDownloads()).some((row) => row.state === 'Q')).toBe(true);
});

test('a share that changed on disk is not read; a range that is none is refused', async () => {
  const alice = await world.user('alice');
  const path = await fileOf(alice, 'a.bin', noise(MIB, 5));
  await alice.share(path);
  const reader = await alice.transfers.openContent('lab', 'a.bin', 'a.bin');
  for (const [start, end] of [
    [-1, 5],
    [5, 4],
    [0, MIB + 1],
    [0.5, 7],
  ] as const) {
    await expect(read(reader, start, end)).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
  }
  await writeFile(path, noise(MIB + 1, 6));
  await expect(read(reader, 0, 10)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
});

async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  while ((await chunks.next()).done !== true);
}
