import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { silentLogger } from '../../src/base/index.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, until } from './kit.ts';

const MIB = 1024 * 1024;
let world: TransferWorld;
let alice: WorldUser;
let path: string;
/** Of each share: whether its files were hashed. */
let hashed: unknown[];

beforeEach(async () => {
  hashed = [];
  const log = {
    ...silentLogger,
    info: (event: string, fields?: Readonly<Record<string, unknown>>) => {
      if (event === 'share.added') hashed.push(fields?.['hashed']);
    },
  };
  world = await TransferWorld.create();
  alice = await world.user('alice', { log });
  path = await fileOf(alice, 'a.bin', noise(MIB));
  await alice.share(path);
});

afterEach(async () => {
  await world.close();
});

test('an unchanged file is not hashed again, after stop_share and after a restart, and is served', async () => {
  await alice.transfers.stopShare('lab', 'a.bin');
  await alice.share(path);
  await alice.transfers.stopShare('lab', 'a.bin');
  await alice.end();
  await alice.begin();
  await alice.share(path);
  expect(hashed).toEqual([true, false, false]);
  const bob = await world.user('bob');
  await bob.download('a.bin');
  await bob.wait();
});

test('what was fetched is known, too', async () => {
  const bob = await world.user('bob', { log: silentLogger });
  await bob.download('a.bin');
  await bob.wait();
  await bob.transfers.stopShare('lab', 'a.bin');
  const totals: number[] = [];
  const count = ({ doneBytes }: { doneBytes: number }): void => void totals.push(doneBytes);
  await bob.transfers.uploadFile(join(bob.files, 'a.bin'), 'lab', count, new AbortController().signal);
  expect(totals).toEqual([MIB]);
});

test('what ends while no tracker answers is withdrawn when one does, after a restart as well', async () => {
  world.isCutOff = true;
  await alice.transfers.stopShare('lab', 'a.bin');
  expect(alice.transfers.ownShares()).toEqual([]);
  await alice.end();
  await alice.begin();
  expect(alice.transfers.counts().shares).toBe(0);
  expect(world.shares).toHaveLength(1);
  world.isCutOff = false;
  await until(() => world.shares.length === 0);
  await alice.end();
  expect(await readdir(join(alice.userDir, 'shares'))).toEqual([]);
});

test('what is shared again before a tracker has been told stays', async () => {
  world.isCutOff = true;
  await alice.transfers.stopShare('lab', 'a.bin');
  world.isCutOff = false;
  await alice.share(path);
  await fileOf(alice, 'b.bin', noise(MIB, 3));
  await alice.share(join(alice.files, 'b.bin'));
  world.isCutOff = true;
  await alice.transfers.stopShare('lab', 'b.bin');
  world.isCutOff = false;
  await until(() => world.shares.length === 1);
  expect(world.shares.map(({ name }) => name)).toEqual(['a.bin']);
});

test.each([
  { what: 'its bytes and time', change: () => writeFile(path, noise(MIB, 2)) },
  { what: 'its time alone', change: () => utimes(path, 1, 1) },
  { what: 'its length', change: () => writeFile(path, noise(MIB + 1)) },
])('a file that changed in $what is hashed', async ({ change }) => {
  await alice.transfers.stopShare('lab', 'a.bin');
  await change();
  await alice.share(path);
  expect(hashed).toEqual([true, true]);
});

test('a file is hashed again if what was known of it is gone', async () => {
  await alice.transfers.stopShare('lab', 'a.bin');
  await rm(join(alice.userDir, 'contents'), { recursive: true });
  await alice.end();
  await alice.begin();
  await alice.share(path);
  expect(hashed).toEqual([true, true]);
});
