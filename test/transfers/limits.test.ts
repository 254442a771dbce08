import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow } from './kit.ts';

const MIB = 1024 * 1024;
/** A file at this speed takes longer than any test. */
const CRAWL = 1024;
const nothing = { up: undefined, down: undefined };
let world: TransferWorld;
let alice: WorldUser;
let bob: WorldUser;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  bob = await world.user('bob');
  await alice.share(await fileOf(alice, 'a.bin', noise(2 * MIB)));
});

afterEach(async () => {
  await world.close();
});

const rowsOf = async (user: WorldUser): Promise<unknown[]> => [...(await user.transfers.limits()).rows];
const row = (group: string | null, file: string | null, limits: { up?: number; down?: number }): unknown => {
  const { up, down } = { ...nothing, ...limits };
  return { group, file, upLimit: up ?? null, downLimit: down ?? null };
};

interface Place {
  readonly who: string;
  readonly group?: string;
  readonly file?: string;
}
const places: readonly Place[] = [
  { who: 'everything' },
  { who: 'a group', group: 'lab' },
  { who: 'a file', group: 'lab', file: 'a.bin' },
];

test.each(places)(
  'a limit of $who of the seed holds while it stands and is lifted while it runs',
  async ({ group, file }) => {
    await alice.transfers.setLimit('up', CRAWL, group, file);
    await bob.download('a.bin');
    await expect(bob.wait(1)).rejects.toMatchObject({ code: 'TIMED_OUT' });
    expect((await onlyRow(bob)).doneBytes).toBeLessThan(MIB);
    await alice.transfers.setLimit('up', undefined, group, file);
    await bob.wait();
  },
);

test('a limit of the leecher is set and lifted on a download under way', async () => {
  await bob.transfers.setLimit('down', CRAWL, undefined, undefined);
  await bob.download('a.bin');
  await bob.transfers.setLimit('both', 2 * CRAWL, 'lab', 'a.bin');
  await bob.transfers.setLimit('down', undefined, undefined, undefined);
  await expect(bob.wait(1)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  expect(await onlyRow(bob)).toMatchObject({ downLimit: 2 * CRAWL });
  await bob.transfers.setLimit('both', undefined, 'lab', 'a.bin');
  await bob.wait();
});

test('peers of the own network can be exempt, and be so no more', async () => {
  await alice.transfers.setLimit('both', CRAWL, 'lab', undefined);
  await alice.transfers.setLimit('both', CRAWL, undefined, undefined);
  await bob.download('a.bin');
  await expect(bob.wait(1)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await alice.transfers.exemptLan(true);
  await bob.wait();
  expect(await alice.transfers.limits()).toMatchObject({ lanExempt: true });
  await alice.transfers.exemptLan(false);
  const carol = await world.user('carol');
  await bob.end();
  await carol.download('a.bin');
  await expect(carol.wait(1)).rejects.toMatchObject({ code: 'TIMED_OUT' });
});

test('limits are kept across a restart; what is started with goes before the one of everything', async () => {
  await alice.transfers.setLimit('up', 5 * MIB, undefined, undefined);
  await alice.transfers.setLimit('down', 6 * MIB, undefined, undefined);
  await alice.transfers.setLimit('both', 3 * MIB, 'LAB', undefined);
  await alice.transfers.setLimit('down', MIB, 'lab', 'a.bin');
  await alice.transfers.exemptLan(true);
  const before = await rowsOf(alice);
  expect(before).toEqual([
    row(null, null, { up: 5 * MIB, down: 6 * MIB }),
    row('lab', null, { up: 3 * MIB, down: 3 * MIB }),
    row('lab', 'a.bin', { down: MIB }),
  ]);
  await alice.end();
  await alice.begin();
  expect(await rowsOf(alice)).toEqual(before);
  expect((await alice.transfers.limits()).lanExempt).toBe(true);

  const dave = await world.user('dave', { upBytesPerSecond: MIB });
  await dave.transfers.setLimit('both', 2 * MIB, undefined, undefined);
  expect(dave.transfers.counts()).toMatchObject({ upLimit: 2 * MIB, downLimit: 2 * MIB });
  await dave.logout();
  expect(dave.transfers.counts()).toMatchObject({ upLimit: MIB, downLimit: null });
  await dave.login();
  expect(dave.transfers.counts()).toMatchObject({ upLimit: MIB, downLimit: 2 * MIB });
});

test('a limit goes with its file, and one of what is not there is refused', async () => {
  await alice.transfers.setLimit('up', MIB, 'lab', 'a.bin');
  await alice.transfers.stopShare('lab', 'a.bin');
  expect(await rowsOf(alice)).toEqual([]);
  const refused = (group: string, file?: string): Promise<unknown> =>
    alice.transfers.setLimit('up', MIB, group, file);
  await expect(refused('lab', 'a.bin')).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
  await expect(refused('club')).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
});

test('a download keeps its limit as a share, until both are gone', async () => {
  await bob.download('a.bin');
  await bob.transfers.setLimit('up', MIB, 'lab', 'a.bin');
  await bob.wait();
  await bob.transfers.cancelDownload('lab', 'a.bin');
  expect(await rowsOf(bob)).toEqual([row('lab', 'a.bin', { up: MIB })]);
  await bob.transfers.stopShare('lab', 'a.bin');
  expect(await rowsOf(bob)).toEqual([]);
});

test('damaged records of limits are as none', async () => {
  await alice.transfers.setLimit('up', MIB, undefined, undefined);
  const path = join(alice.userDir, 'limits.json');
  await alice.logout();
  await writeFile(path, '{"node":{"up":-5}}');
  await alice.login();
  expect(await rowsOf(alice)).toEqual([]);
  await rm(path);
});
