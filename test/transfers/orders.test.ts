import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { ContentId } from '../../src/base/index.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, until } from './kit.ts';

const MIB = 1024 * 1024;
let world: TransferWorld;
let alice: WorldUser;
let bob: WorldUser;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  bob = await world.user('bob');
});

afterEach(async () => {
  await world.close();
});

test('a folder takes the file in, a new name in a folder is the new name, anything else is refused', async () => {
  const bytes = noise(MIB);
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await mkdir(join(bob.files, 'sub'));
  await mkdir(join(bob.files, 'sub', 'a.bin'));
  await writeFile(join(bob.files, 'taken'), 'mine');
  const refused: [string, string][] = [
    ['none/a.bin', 'FILE_NOT_FOUND'],
    [`none${sep}`, 'FILE_NOT_FOUND'],
    ['sub', 'DESTINATION_EXISTS'],
    ['taken', 'DESTINATION_EXISTS'],
    ['TAKEN', 'DESTINATION_EXISTS'],
    ['con', 'INVALID_NAME'],
  ];
  for (const [destination, code] of refused) {
    const asked = bob.transfers.downloadFile('lab', 'a.bin', `${bob.files}${sep}${destination}`);
    await expect(asked, destination).rejects.toMatchObject({ code });
  }
  expect(await bob.transfers.showDownloads()).toEqual([]);
  const path = join(bob.files, 'sub', 'renamed.bin');
  expect(await bob.download('a.bin', path)).toEqual({ file: 'a.bin', path, size: MIB, queued: false });
  await bob.wait();
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect(await readFile(join(bob.files, 'taken'), 'utf8')).toBe('mine');
});

test('a file of equal size that is the content already is taken as it is; another one is left alone', async () => {
  const bytes = noise(2 * MIB);
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await fileOf(bob, 'a.bin', bytes);
  await bob.download('a.bin');
  await bob.wait();
  expect(bob.events).toMatchObject([{ type: 'complete' }]);
  expect((await bob.transfers.showPeers('lab', 'a.bin')).every((peer) => peer.bytesFrom === 0)).toBe(true);
  await until(() => world.shares.length === 2);

  const carol = await world.user('carol');
  const other = noise(2 * MIB, 9);
  await fileOf(carol, 'a.bin', other);
  await carol.download('a.bin');
  await expect(carol.wait()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  expect(carol.events).toMatchObject([{ type: 'failed', code: 'DESTINATION_EXISTS' }]);
  expect((await readFile(join(carol.files, 'a.bin'))).equals(other)).toBe(true);
  await carol.transfers.cancelDownload('lab', 'a.bin');
  expect((await readFile(join(carol.files, 'a.bin'))).equals(other)).toBe(true);
});

test('what is asked for twice, or had already, or not there at all is refused', async () => {
  const path = await fileOf(alice, 'a.bin', noise(MIB));
  await alice.share(path);
  await expect(alice.share(path)).rejects.toMatchObject({ code: 'ALREADY_SHARED' });
  await expect(alice.download('a.bin')).rejects.toMatchObject({
    code: 'ALREADY_SHARED',
    message: expect.stringContaining('stop_share'),
  });
  await expect(bob.download('b.bin')).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
  await expect(bob.transfers.downloadFile('class', 'a.bin', bob.files)).rejects.toMatchObject({
    code: 'NO_SUCH_GROUP',
  });
  await alice.logout();
  await bob.download('a.bin');
  await expect(bob.download('a.bin')).rejects.toMatchObject({ code: 'ALREADY_DOWNLOADING' });
  expect(await onlyRow(bob)).toMatchObject({ state: 'D', remark: 'nobody online' });
  await alice.login();
  await bob.wait();
  await expect(bob.download('a.bin')).rejects.toMatchObject({ code: 'ALREADY_SHARED' });
  const bad = bob.transfers.uploadFile(
    join(bob.files, 'nothing'),
    'lab',
    () => undefined,
    new AbortController().signal,
  );
  await expect(bad).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('two contents of one name are told apart by content id; sharing a changed file anew replaces the old share', async () => {
  const first = await fileOf(alice, 'a.bin', noise(MIB, 1));
  await alice.share(first);
  const { content } = await bob.share(await fileOf(bob, 'a.bin', noise(MIB, 2)));
  const carol = await world.user('carol');
  await expect(carol.download('a.bin')).rejects.toMatchObject({ code: 'AMBIGUOUS_NAME' });
  expect(await carol.transfers.listFiles('lab')).toHaveLength(2);
  await carol.download(`a.bin@${content}`);
  await carol.wait();
  expect((await readFile(join(carol.files, 'a.bin'))).equals(noise(MIB, 2))).toBe(true);

  await writeFile(first, noise(MIB, 3));
  await alice.share(first);
  expect(world.shares.filter((share) => share.user === 'alice')).toHaveLength(1);
  expect(alice.transfers.counts().shares).toBe(1);
});

test('the same unchanged file is not hashed again, a folder comes with everything in it', async () => {
  const folder = join(alice.files, 'Japan Tour');
  await mkdir(join(folder, 'day 1', 'été'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'day 1', 'été', '東京.jpg'), noise(300_000));
  await writeFile(join(folder, 'notes.txt'), 'arigato');
  await writeFile(join(folder, 'nothing.txt'), '');
  await writeFile(join(folder, 'Thumbs.db'), 'junk');
  const uploaded = await alice.share(folder);
  expect(uploaded).toMatchObject({ file: 'Japan Tour', files: 3, size: 300_007 });
  expect(uploaded.leftOut.toSorted()).toEqual([
    'Thumbs.db (written by a file manager)',
    'empty (empty folder)',
  ]);
  await bob.download('Japan Tour');
  await bob.wait();
  const there = (...names: string[]): Promise<Buffer> => readFile(join(bob.files, 'Japan Tour', ...names));
  expect((await there('day 1', 'été', '東京.jpg')).equals(noise(300_000))).toBe(true);
  expect((await there('notes.txt')).toString()).toBe('arigato');
  expect(await there('nothing.txt')).toHaveLength(0);

  await alice.transfers.stopShare('lab', 'Japan Tour');
  const progress: number[] = [];
  const signal = new AbortController().signal;
  await bob.transfers.stopShare('lab', 'Japan Tour');
  await bob.transfers.uploadFile(
    join(bob.files, 'Japan Tour'),
    'lab',
    (each) => progress.push(each.doneBytes),
    signal,
  );
  expect(progress.at(-1)).toBe(300_007);
});

test('an empty file needs nobody, and upload can be stopped', async () => {
  await alice.share(await fileOf(alice, 'empty.txt', Buffer.alloc(0)));
  await alice.logout();
  await bob.download('empty.txt');
  await until(
    async () => (await onlyRow(bob)).state === 'C',
    () => onlyRow(bob),
  );
  expect(await readFile(join(bob.files, 'empty.txt'))).toHaveLength(0);

  const abort = new AbortController();
  const big = await fileOf(bob, 'big.bin', noise(32 * MIB));
  const upload = bob.transfers.uploadFile(big, 'lab', () => abort.abort(), abort.signal);
  await expect(upload).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(world.shares.map((share) => share.name)).not.toContain('big.bin');
});

test('a share that no tracker takes is no share', async () => {
  const path = await fileOf(alice, 'a.bin', noise(MIB));
  world.isCutOff = true;
  await expect(alice.share(path)).rejects.toMatchObject({ code: 'NO_TRACKER' });
  expect(alice.transfers.counts().shares).toBe(0);
  world.isCutOff = false;
  await alice.share(path);
  expect(world.shares).toHaveLength(1);
});

test('four downloads are active, the fifth waits; one that nobody serves takes no place', async () => {
  const slow = await world.user('slow', { upBytesPerSecond: 1024 });
  const names = ['1', '2', '3', '4', '5'].map((each) => `f${each}.bin`);
  for (const [at, name] of names.entries())
    await slow.share(await fileOf(slow, name, noise(2 * MIB, at + 1)));
  world.shares.push({
    uid: alice.member.user,
    user: 'alice',
    name: 'gone.bin',
    size: 5,
    files: 1,
    content: 'f'.repeat(64) as ContentId,
  });
  for (const name of ['gone.bin', ...names]) await bob.download(name);
  await until(
    async () => (await bob.transfers.showDownloads()).filter((row) => row.state === 'Q').length === 1,
  );
  const rows = await bob.transfers.showDownloads();
  expect(rows.map((row) => `[${row.state}] ${row.file}`)).toEqual([
    '[D] gone.bin',
    '[D] f1.bin',
    '[D] f2.bin',
    '[D] f3.bin',
    '[D] f4.bin',
    '[Q] f5.bin',
  ]);
  expect(rows[0]?.remark).toBe('nobody online');
  await bob.transfers.cancelDownload('lab', 'gone.bin');
  await slow.transfers.setLimit('up', 100 * MIB, undefined, undefined);
  expect(await bob.wait()).toEqual({ complete: 5 });
});

test('waiting can time out and be interrupted; what fails meanwhile is told', async () => {
  world.shares.push({
    uid: alice.member.user,
    user: 'alice',
    name: 'gone.bin',
    size: 5,
    files: 1,
    content: 'f'.repeat(64) as ContentId,
  });
  await bob.download('gone.bin');
  await expect(bob.transfers.waitDownloads(0.05, new AbortController().signal)).rejects.toMatchObject({
    code: 'TIMED_OUT',
  });
  const abort = new AbortController();
  const waiting = bob.transfers.waitDownloads(undefined, abort.signal);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const failing = bob.wait();
  world.remove(bob);
  await expect(failing).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  await bob.transfers.cancelDownload('lab', 'gone.bin');
  expect(await bob.wait()).toEqual({ complete: 0 });
});
