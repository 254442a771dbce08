import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { sha256Hex, type UserId } from '../../src/base/index.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise } from './kit.ts';

const MIB = 1024 * 1024;
const BYTES = noise(MIB);
const MALLORY = sha256Hex('mallory') as UserId;

let world: TransferWorld;
let alice: WorldUser;
let bob: WorldUser;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  bob = await world.user('bob');
});

afterEach(() => world.close());

const described = async (): Promise<boolean> => {
  const path = join(bob.userDir, 'contents', `${world.shares[0]?.content}.info`);
  return stat(path).then(
    () => true,
    () => false,
  );
};

test('the share of a single file says what it consists of before any peer is asked', async () => {
  await alice.share(await fileOf(alice, 'a.bin', BYTES));
  expect(world.shares[0]?.root).toHaveLength(32);
  await alice.end();
  await bob.download('a.bin');
  expect(await described()).toBe(true);
});

test.each([
  {
    what: 'a folder',
    name: 'b',
    make: () => mkdir(join(alice.files, 'b')).then(() => fileOf(alice, 'b/c', BYTES)),
  },
  { what: 'an empty file', name: 'b', make: () => fileOf(alice, 'b', new Uint8Array()) },
])('that of $what says nothing of the kind', async ({ name, make }) => {
  await make();
  await alice.share(join(alice.files, name));
  expect(world.shares[0]?.root).toBeUndefined();
});

test.each([
  { what: 'a root that is not right is not believed', root: new Uint8Array(32), isTold: false },
  { what: 'nor does it hide one that is', root: undefined, isTold: true },
])('$what', async ({ root, isTold }) => {
  await alice.share(await fileOf(alice, 'a.bin', BYTES));
  const [share] = world.shares;
  if (share === undefined) throw new Error('nothing shared');
  const lie = { ...share, uid: MALLORY, user: 'mallory', root: new Uint8Array(32) };
  world.shares.splice(0, 1, lie, { ...share, ...(root && { root }) });
  await alice.logout();
  await bob.download('a.bin');
  expect(await described()).toBe(isTold);
  await alice.login();
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(BYTES)).toBe(true);
});

test('a download that never began leaves nothing when it is cancelled, whatever became of its folder', async () => {
  await alice.share(await fileOf(alice, 'a.bin', BYTES));
  await alice.logout();
  const folder = join(bob.files, 'sub');
  await mkdir(folder);
  await bob.download('a.bin', folder);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
  expect(await bob.transfers.cancelDownload('lab', 'a.bin')).toEqual({ kept: false });
  expect(await bob.transfers.showDownloads()).toEqual([]);
  expect(await readdir(bob.files)).toEqual([]);
});
