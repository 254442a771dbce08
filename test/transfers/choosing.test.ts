import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, until } from './kit.ts';

const MIB = 1024 * 1024;
const FILES: Readonly<Record<string, Buffer>> = {
  'docs/empty.txt': Buffer.alloc(0),
  'docs/read me.txt': Buffer.from('arigato'),
  'video/one.mkv': noise(3 * MIB + 5, 1),
  'video/two.mkv': noise(2 * MIB, 2),
  'zebra.bin': noise(MIB, 3),
};
const NAMES = Object.keys(FILES);

let world: TransferWorld;
let alice: WorldUser;
let bob: WorldUser;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  bob = await world.user('bob');
  for (const [name, bytes] of Object.entries(FILES)) {
    const path = join(alice.files, 'tour', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await alice.share(join(alice.files, 'tour'));
});

afterEach(async () => {
  await world.close();
});

const there = async (user: WorldUser): Promise<string[]> => {
  const entries = await readdir(join(user.files, 'tour'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name).slice(join(user.files, 'tour').length + 1))
    .toSorted();
};

async function expectTruth(user: WorldUser, names: readonly string[]): Promise<void> {
  expect(await there(user)).toEqual(names.toSorted());
  for (const name of names) {
    expect((await readFile(join(user.files, 'tour', name))).equals(FILES[name]!)).toBe(true);
  }
}

const only = (...paths: string[]) => ({ only: paths });

test('only what was chosen is fetched; it is complete with that, shares nothing of its own, and serves it', async () => {
  await bob.transfers.downloadFile('lab', 'tour', bob.files, only('docs', 'video/two.mkv'));
  await bob.wait();
  const chosen = ['docs/empty.txt', 'docs/read me.txt', 'video/two.mkv'];
  await expectTruth(bob, chosen);
  expect(await onlyRow(bob)).toMatchObject({
    state: 'C',
    remark: '3 of 5 files',
    doneBytes: 2 * MIB + 7,
    totalBytes: 2 * MIB + 7,
  });
  expect(bob.events).toEqual([
    { type: 'complete', group: 'lab', file: 'tour', path: join(bob.files, 'tour') },
  ]);
  expect(world.shares.map((share) => share.user)).toEqual(['alice']);
  expect(await bob.transfers.listContentFiles('lab', 'tour')).toEqual(
    NAMES.map((path) => {
      const isChosen = chosen.includes(path);
      const size = FILES[path]!.length;
      return { path, size, doneBytes: isChosen ? size : 0, priority: isChosen ? 'normal' : 'skip' };
    }),
  );
  await expect(bob.download('tour')).rejects.toMatchObject({ code: 'ALREADY_DOWNLOADING' });

  // Nobody else is there any more.
  await alice.logout();
  const carol = await world.user('carol');
  await carol.transfers.downloadFile('lab', 'tour', carol.files, only('video/two.mkv'));
  await carol.wait();
  await expectTruth(carol, ['video/two.mkv']);
  const [peer] = await bob.transfers.showPeers('lab', 'tour');
  expect(peer?.bytesTo).toBeGreaterThanOrEqual(2 * MIB);
});

test('a part goes on being served after a restart, and more can be taken of it; all of it is a share', async () => {
  await bob.transfers.downloadFile('lab', 'tour', bob.files, only('zebra.bin'));
  await bob.wait();
  await bob.logout();
  expect(await bob.login()).toEqual({ shares: 0, downloads: 0 });
  expect(await onlyRow(bob)).toMatchObject({ state: 'C', remark: '1 of 5 files', doneBytes: MIB });
  await alice.logout();
  const carol = await world.user('carol');
  await carol.transfers.downloadFile('lab', 'tour', carol.files, only('zebra.bin'));
  await carol.wait();

  await alice.login();
  await bob.transfers.setPriority('lab', 'tour', ['video/one.mkv'], 'high');
  expect(await onlyRow(bob)).toMatchObject({ state: 'D', doneBytes: MIB, totalBytes: 4 * MIB + 5 });
  await bob.wait();
  await expectTruth(bob, ['video/one.mkv', 'zebra.bin']);
  await bob.transfers.setPriority('lab', 'tour', NAMES, 'normal');
  await bob.wait();
  await expectTruth(bob, NAMES);
  await until(() => world.shares.some((share) => share.user === 'bob'));
  expect(await onlyRow(bob)).toMatchObject({ state: 'C', remark: '', priority: 'normal' });
  await expect(bob.transfers.setPriority('lab', 'tour', ['docs'], 'skip')).rejects.toMatchObject({
    code: 'NO_SUCH_DOWNLOAD',
  });
});

test('a part that was changed is not served as if it were what it was, one that was only touched is', async () => {
  await bob.transfers.downloadFile('lab', 'tour', bob.files, only('zebra.bin', 'docs'));
  await bob.wait();
  await bob.logout();
  const path = join(bob.files, 'tour', 'zebra.bin');
  await utimes(path, 1, 1);
  await bob.login();
  const carol = await world.user('carol');
  await alice.logout();
  await carol.transfers.downloadFile('lab', 'tour', carol.files, only('zebra.bin'));
  await carol.wait();
  await bob.logout();
  await writeFile(path, noise(MIB, 9));
  await bob.login();
  await until(
    async () => (await onlyRow(bob)).state === 'F',
    () => onlyRow(bob),
  );
  expect(bob.events.at(-1)).toMatchObject({ type: 'failed', code: 'FILE_CHANGED' });
  expect((await readFile(path)).equals(noise(MIB, 9))).toBe(true);
  await bob.transfers.resumeDownload('lab', 'tour');
  await bob.wait();
  await expectTruth(bob, ['docs/empty.txt', 'docs/read me.txt', 'zebra.bin']);
});

test('held for a choice: it fetches what is in it, then waits', async () => {
  await bob.transfers.downloadFile('lab', 'tour', bob.files, { hold: true });
  await until(
    async () => (await onlyRow(bob)).state === 'P',
    () => onlyRow(bob),
  );
  const rows = await bob.transfers.listContentFiles('lab', 'tour');
  expect(rows.map(({ path, doneBytes, priority }) => [path, doneBytes, priority])).toEqual(
    NAMES.map((path) => [path, 0, 'normal']),
  );
  const { held, merged, pieces } = await bob.transfers.pieceMap('lab', 'tour');
  expect([merged, pieces, Buffer.from(held, 'base64').some((byte) => byte > 0)]).toEqual([false, 26, false]);
  await bob.transfers.setPriority('lab', 'tour', ['video', 'zebra.bin'], 'skip');
  expect(await onlyRow(bob)).toMatchObject({
    state: 'P',
    remark: '2 of 5 files',
    doneBytes: 0,
    totalBytes: 7,
  });
  await expect(stat(join(bob.files, 'tour'))).rejects.toThrow('ENOENT');
  await bob.logout();
  await bob.login();
  expect(await onlyRow(bob)).toMatchObject({ state: 'P', totalBytes: 7 });
  await bob.transfers.resumeDownload('lab', 'tour');
  await bob.wait();
  await expectTruth(bob, ['docs/empty.txt', 'docs/read me.txt']);
});

test('amid the download a file is skipped and another taken; what was begun of the skipped one goes with the download', async () => {
  const slow = await world.user('slow', { downBytesPerSecond: MIB / 2 });
  await slow.transfers.downloadFile('lab', 'tour', slow.files, only('video/one.mkv', 'docs'));
  await until(
    async () => (await onlyRow(slow)).doneBytes > MIB / 4,
    () => onlyRow(slow),
  );
  await slow.transfers.setPriority('lab', 'tour', ['zebra.bin'], 'normal');
  await slow.transfers.setPriority('lab', 'tour', ['video/one.mkv'], 'skip');
  await slow.wait();
  const rows = await slow.transfers.listContentFiles('lab', 'tour');
  const one = rows.find(({ path }) => path === 'video/one.mkv');
  expect(one?.priority).toBe('skip');
  expect(one?.doneBytes).toBeLessThan(2.5 * MIB);
  // Twice at a time is refused; that it is looked at anew each second meanwhile does no harm.
  const rechecks = await Promise.allSettled([1, 2].map(() => slow.transfers.recheck('lab', 'tour')));
  expect(rechecks).toMatchObject([
    { status: 'fulfilled', value: { totalBytes: 6 * MIB + 12 } },
    { status: 'rejected', reason: { code: 'NOT_READY' } },
  ]);
  expect(await onlyRow(slow)).toMatchObject({ state: 'C', remark: '3 of 5 files' });
  expect(await slow.transfers.cancelDownload('lab', 'tour')).toEqual({ kept: true });
  await expectTruth(slow, ['docs/empty.txt', 'docs/read me.txt', 'zebra.bin']);
});

test('what can not be chosen is refused, and changes nothing', async () => {
  const unknown = bob.transfers.downloadFile('lab', 'tour', bob.files, only('video/three.mkv'));
  await unknown;
  await expect(bob.wait()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  expect(bob.events).toMatchObject([{ type: 'failed', code: 'NO_SUCH_FILE' }]);
  await bob.transfers.cancelDownload('lab', 'tour');
  // What is in it is known by now.
  const again = bob.transfers.downloadFile('lab', 'tour', bob.files, only('video/three.mkv'));
  await expect(again).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
  expect(await bob.transfers.showDownloads()).toEqual([]);

  await bob.transfers.downloadFile('lab', 'tour', bob.files, { hold: true });
  const refused: [readonly string[] | undefined, 'skip' | 'high', string][] = [
    [NAMES, 'skip', 'INVALID_ARGUMENTS'],
    [['video', 'docs', 'zebra.bin'], 'skip', 'INVALID_ARGUMENTS'],
    [undefined, 'skip', 'INVALID_ARGUMENTS'],
    [['nothing'], 'high', 'NO_SUCH_FILE'],
    [['../zebra.bin'], 'high', 'NO_SUCH_FILE'],
    [[''], 'high', 'NO_SUCH_FILE'],
  ];
  for (const [paths, priority, code] of refused) {
    const asked = bob.transfers.setPriority('lab', 'tour', paths, priority);
    await expect(asked, String(paths)).rejects.toMatchObject({ code });
  }
  expect(await onlyRow(bob)).toMatchObject({ state: 'P', remark: '', totalBytes: 6 * MIB + 12 });
  await expect(alice.transfers.setPriority('lab', 'tour', ['docs'], 'low')).rejects.toMatchObject({
    code: 'NO_SUCH_DOWNLOAD',
  });
  await expect(bob.transfers.listContentFiles('lab', 'none')).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
});

test('what is in it is not known before somebody tells', async () => {
  await alice.logout();
  await bob.transfers.downloadFile('lab', 'tour', bob.files, { hold: true });
  await expect(bob.transfers.listContentFiles('lab', 'tour')).rejects.toMatchObject({ code: 'NOT_READY' });
  await expect(bob.transfers.pieceMap('lab', 'tour')).rejects.toMatchObject({ code: 'NOT_READY' });
  await expect(bob.transfers.setPriority('lab', 'tour', ['docs'], 'low')).rejects.toMatchObject({
    code: 'NOT_READY',
  });
  expect(await onlyRow(bob)).toMatchObject({ state: 'D', remark: 'nobody online' });
  await alice.login();
  await until(async () => (await onlyRow(bob)).state === 'P');
});

test('the priority of a download decides which are active, at once and after a restart', async () => {
  const slow = await world.user('slow', { upBytesPerSecond: MIB / 2 });
  const names = ['1', '2', '3', '4', '5', '6'].map((each) => `f${each}.bin`);
  for (const [at, name] of names.entries())
    await slow.share(await fileOf(slow, name, noise(4 * MIB, at + 1)));
  for (const name of names) await bob.download(name);
  const letters = async (): Promise<string> =>
    (await bob.transfers.showDownloads()).map((row) => row.state).join('');
  await until(
    async () => (await letters()) === 'DDDDQQ',
    () => letters(),
  );
  await bob.transfers.setPriority('lab', 'f1.bin', undefined, 'low');
  await bob.transfers.setPriority('lab', 'f6.bin', undefined, 'high');
  await until(
    async () => (await letters()) === 'QDDDQD',
    () => letters(),
  );
  expect((await bob.transfers.showDownloads()).map((row) => row.priority)).toEqual([
    'low',
    ...Array.from({ length: 4 }, () => 'normal'),
    'high',
  ]);
  await bob.logout();
  await bob.login();
  await until(
    async () => (await letters()) === 'QDDDQD',
    () => letters(),
  );
});
