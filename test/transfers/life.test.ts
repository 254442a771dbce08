import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { systemClock, type Clock } from '../../src/base/index.ts';
import { TransferWorld } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, until } from './kit.ts';

const MIB = 1024 * 1024;
let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

test('pause holds still, resume goes on with what is there, cancel leaves nothing behind', async () => {
  const bytes = noise(8 * MIB);
  const alice = await world.user('alice', { upBytesPerSecond: 4 * MIB });
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > MIB,
    () => onlyRow(bob),
  );
  await bob.transfers.pauseDownload('lab', 'a.bin');
  const paused = await onlyRow(bob);
  expect(paused).toMatchObject({ state: 'P', peers: 0, bytesPerSecond: 0 });
  await expect(bob.transfers.pauseDownload('lab', 'a.bin')).rejects.toMatchObject({
    code: 'NO_SUCH_DOWNLOAD',
  });
  await bob.transfers.resumeDownload('lab', 'a.bin');
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(bytes)).toBe(true);
  const [peer] = await bob.transfers.showPeers('lab', 'a.bin');
  expect(peer).toMatchObject({ user: 'alice', bytesTo: 0 });
  expect(peer?.bytesFrom).toBeGreaterThanOrEqual(bytes.length);
  expect(peer?.bytesFrom).toBeLessThan(bytes.length * 1.3);

  const carol = await world.user('carol', { downBytesPerSecond: MIB });
  await carol.download('a.bin');
  await until(
    async () => (await onlyRow(carol)).doneBytes > 0,
    () => onlyRow(carol),
  );
  expect(await carol.transfers.cancelDownload('lab', 'a.bin')).toEqual({ kept: false });
  expect(await carol.transfers.showDownloads()).toEqual([]);
  await expect(stat(join(carol.files, 'a.bin'))).rejects.toThrow('ENOENT');
  await expect(carol.transfers.cancelDownload('lab', 'a.bin')).rejects.toMatchObject({
    code: 'NO_SUCH_DOWNLOAD',
  });
  expect(await bob.transfers.cancelDownload('lab', 'a.bin')).toEqual({ kept: true });
  expect((await readFile(join(bob.files, 'a.bin'))).equals(bytes)).toBe(true);
});

test('log-out stops serving at once, log-in serves everything again, downloads go on by themselves', async () => {
  const bytes = noise(6 * MIB);
  const alice = await world.user('alice', { upBytesPerSecond: 3 * MIB });
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > 0,
    () => onlyRow(bob),
  );
  await alice.logout();
  await until(
    async () => (await onlyRow(bob)).peers === 0,
    () => onlyRow(bob),
    2000,
  );
  await until(
    async () => (await onlyRow(bob)).remark === 'nobody online',
    () => onlyRow(bob),
  );
  expect((await onlyRow(bob)).state).toBe('D');
  await bob.logout();
  expect(await alice.login()).toEqual({ shares: 1, downloads: 0 });
  expect(await bob.login()).toEqual({ shares: 0, downloads: 1 });
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(bytes)).toBe(true);
  await bob.logout();
  expect(await bob.login()).toEqual({ shares: 1, downloads: 0 });
  expect(await onlyRow(bob)).toMatchObject({ state: 'C', doneBytes: bytes.length });
});

test('a file that changed while its user was away is withdrawn with a word, an untouched one is not', async () => {
  const alice = await world.user('alice');
  const changed = await fileOf(alice, 'changed.bin', noise(MIB));
  await alice.share(changed);
  await alice.share(await fileOf(alice, 'kept.bin', noise(MIB, 2)));
  await alice.logout();
  await writeFile(changed, noise(MIB, 3));
  await utimes(changed, 1, 1);
  expect(await alice.login()).toEqual({ shares: 1, downloads: 0 });
  await until(() => world.shares.length === 1);
  expect(world.shares[0]?.name).toBe('kept.bin');
  expect(alice.events).toEqual([
    { type: 'warning', text: expect.stringContaining('changed.bin is no longer shared in lab') as string },
  ]);
});

test('a removed member is cut off within two seconds and gets not a byte more; back in, it goes on', async () => {
  const alice = await world.user('alice', { upBytesPerSecond: 2 * MIB });
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', noise(16 * MIB)));
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > 0,
    () => onlyRow(bob),
  );
  const atMs = systemClock.nowMs();
  // Bob's side pretends not to know: it is Alice's that must act.
  world.group.removed.add(bob.member.user);
  alice.groupChanged();
  await until(
    () => alice.transfers.counts().peers === 0,
    () => alice.transfers.counts(),
    2000,
  );
  expect(systemClock.nowMs() - atMs).toBeLessThan(2000);
  // What Bob has received by then he may still be writing down.
  const given = async () => (await alice.transfers.showPeers('lab', 'a.bin')).map(({ bytesTo }) => bytesTo);
  const atTheEnd = await given();
  bob.groupChanged();
  await until(
    async () => (await onlyRow(bob)).state === 'F',
    () => onlyRow(bob),
  );
  expect(bob.events).toMatchObject([{ type: 'failed', code: 'NOT_A_MEMBER', file: 'a.bin' }]);
  expect(await given()).toEqual(atTheEnd);
  const { doneBytes } = await onlyRow(bob);
  await expect(bob.transfers.resumeDownload('lab', 'a.bin')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });

  world.group.removed.delete(bob.member.user);
  for (const user of [alice, bob]) user.groupChanged();
  await bob.transfers.resumeDownload('lab', 'a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > doneBytes,
    () => onlyRow(bob),
  );
});

test('a certificate that ends by time alone ends its connections within a minute', async () => {
  const minutes: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, action) {
      if (delayMs !== 60_000) return systemClock.after(delayMs, action);
      minutes.push(action);
      return () => undefined;
    },
  };
  const alice = await world.user('alice', { upBytesPerSecond: 2 * MIB, clock });
  // Set at log-in, before there is any connection.
  const [aMinuteOn] = minutes;
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', noise(16 * MIB)));
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > 0,
    () => onlyRow(bob),
  );
  // From here on `admit` says no, and no news of the group come.
  world.group.removed.add(bob.member.user);
  expect(alice.transfers.counts().peers).toBe(1);
  aMinuteOn?.();
  await until(
    async () => alice.transfers.counts().peers === 0,
    () => alice.transfers.counts(),
    2000,
  );
});

test('who leaves the group serves nothing from that moment, and everything again when back', async () => {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', noise(MIB)));
  world.remove(alice);
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).remark === 'nobody online',
    () => onlyRow(bob),
  );
  world.group.removed.delete(alice.member.user);
  for (const user of [alice, bob]) user.groupChanged();
  await bob.wait();
});

test('a seed that nobody can reach dials those who wait for it', async () => {
  const alice = await world.user('alice');
  await alice.share(await fileOf(alice, 'a.bin', noise(2 * MIB)));
  await alice.logout();
  alice.isReachable = false;
  await alice.login();
  const bob = await world.user('bob');
  await bob.download('a.bin');
  await bob.wait();
  const [peer] = await bob.transfers.showPeers('lab', 'a.bin');
  expect(peer).toMatchObject({ user: 'alice', bytesFrom: 2 * MIB });
});

test('stop_share ends it for everyone, and what was fetched stays with who fetched it', async () => {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', noise(MIB)));
  await bob.download('a.bin');
  await bob.wait();
  await alice.transfers.stopShare('lab', 'a.bin');
  await expect(alice.transfers.stopShare('lab', 'a.bin')).rejects.toMatchObject({ code: 'NOT_SHARING' });
  await until(() => world.shares.every((share) => share.user === 'bob'));
  const carol = await world.user('carol');
  await carol.download('a.bin');
  await carol.wait();
  expect((await carol.transfers.showPeers('lab', 'a.bin')).map((peer) => peer.user)).toEqual(['bob']);
});

test('a file that vanishes under a download fails it clearly, and resume fetches it again', async () => {
  const bytes = noise(6 * MIB);
  const alice = await world.user('alice', { upBytesPerSecond: 3 * MIB });
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await bob.download('a.bin');
  await until(
    async () => (await onlyRow(bob)).doneBytes > MIB,
    () => onlyRow(bob),
  );
  const waiting = expect(bob.wait()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  await rm(join(bob.files, 'a.bin'));
  await waiting;
  expect(await onlyRow(bob)).toMatchObject({
    state: 'F',
    remark: expect.stringContaining('vanished') as string,
  });
  await bob.transfers.resumeDownload('lab', 'a.bin');
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(bytes)).toBe(true);
});

test('a shared file that changes is withdrawn when its bytes are asked for', async () => {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const path = await fileOf(alice, 'a.bin', noise(2 * MIB));
  await alice.share(path);
  await writeFile(path, noise(MIB, 5));
  await bob.download('a.bin');
  await until(() => alice.events.length > 0 && world.shares.length === 0); // the warning comes first
  expect(alice.events).toMatchObject([{ type: 'warning' }]);
  expect(alice.transfers.counts().shares).toBe(0);
});

test('recheck finds what rotted: a share is withdrawn, a download fetches it again', async () => {
  const bytes = noise(3 * MIB);
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', bytes));
  await bob.download('a.bin');
  await bob.wait();
  expect(await bob.transfers.recheck('lab', 'a.bin')).toEqual({ goodBytes: 3 * MIB, totalBytes: 3 * MIB });
  const rotten = Buffer.from(bytes);
  rotten.fill(0, MIB, MIB + 100);
  await writeFile(join(bob.files, 'a.bin'), rotten);
  expect(await bob.transfers.recheck('lab', 'a.bin')).toEqual({
    goodBytes: 3 * MIB - 256 * 1024,
    totalBytes: 3 * MIB,
  });
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(bytes)).toBe(true);
  await writeFile(join(alice.files, 'a.bin'), rotten);
  await alice.transfers.recheck('lab', 'a.bin');
  expect(alice.events).toMatchObject([{ type: 'warning' }]);
});
