import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sha256Hex, type ContentId } from '../../src/base/index.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, until } from './kit.ts';

const MIB = 1024 * 1024;
const [OLD, NEW] = [noise(3 * MIB, 1), noise(4 * MIB, 2)];
const VERSIONS = new Map([OLD, NEW].map((bytes, at) => [sha256Hex(bytes), ['old', 'new'][at]]));
let world: TransferWorld;
let alice: WorldUser;
let bob: WorldUser;
let place: string;
/** What lies there. */
let fetched: ContentId[];

beforeEach(async () => {
  world = await TransferWorld.create();
  [alice, bob] = [await world.user('alice'), await world.user('bob')];
  place = join(bob.files, 'a.bin');
  await alice.share(await fileOf(alice, 'a.bin', OLD));
  fetched = offeredBy(alice);
  await bob.download('a.bin');
  await bob.wait();
});

afterEach(async () => {
  await world.close();
});

const offeredBy = (user: WorldUser): ContentId[] =>
  world.shares.filter((share) => share.user === user.name).map(({ content }) => content);

/** Alice offers something else under that name. */
async function newVersion(): Promise<ContentId> {
  await alice.share(await fileOf(alice, 'a.bin', NEW));
  return offeredBy(alice)[0] as ContentId;
}

async function fetchNewer(content: ContentId): Promise<void> {
  await bob.transfers.downloadNewer('lab', `a.bin@${content}`, { place, contents: fetched });
}

/** Which of the two a file is. */
const versionAt = async (path: string): Promise<string | undefined> =>
  VERSIONS.get(sha256Hex(await readFile(path)));

/** Versions that are kept of it, each called by its time. */
async function earlier(): Promise<(string | undefined)[]> {
  const shelf = join(bob.files, '.mini-bittorrent', 'earlier', 'a.bin');
  const names = await readdir(shelf).catch(() => []);
  for (const name of names) expect(Number(name.slice(0, 4))).toBeGreaterThanOrEqual(2026);
  return Promise.all(names.map((name) => versionAt(join(shelf, name))));
}
const onDisk = (): Promise<string | undefined> => versionAt(place);

describe('a newer version', () => {
  test('takes the place of the older, which is kept beside it and no longer offered', async () => {
    const content = await newVersion();
    await fetchNewer(content);
    expect(await onDisk()).toBe('old');
    await bob.wait();
    expect(await onDisk()).toBe('new');
    expect(await earlier()).toEqual(['old']);
    expect(await onlyRow(bob)).toMatchObject({ state: 'C', file: 'a.bin', path: place });
    expect(bob.events.at(-1)).toMatchObject({ type: 'complete', path: place });
    await until(
      () => offeredBy(bob).join() === content,
      () => offeredBy(bob),
    );
    expect(await readdir(bob.files)).toEqual(['.mini-bittorrent', 'a.bin']);
    expect(await readdir(join(bob.files, '.mini-bittorrent', 'incoming'))).toEqual([]);
  });

  test('is served from there, after a restart as well', async () => {
    const content = await newVersion();
    await fetchNewer(content);
    await bob.wait();
    await alice.end();
    const carol = await world.user('carol');
    await carol.download(`a.bin@${content}`);
    await carol.wait();
    await bob.end();
    await bob.begin();
    expect(bob.transfers.counts()).toMatchObject({ shares: 1, downloads: 0 });
    const dave = await world.user('dave');
    await carol.end();
    await dave.download(`a.bin@${content}`);
    await dave.wait();
    expect(await versionAt(join(dave.files, 'a.bin'))).toBe('new');
  });

  test('of a folder replaces all of it', async () => {
    const tour = join(alice.files, 'tour');
    await mkdir(tour);
    await writeFile(join(tour, '1.jpg'), 'one');
    await writeFile(join(tour, '2.jpg'), 'two');
    await alice.share(tour);
    await bob.download('tour');
    await bob.wait();
    const older = offeredBy(alice);
    await rm(join(tour, '1.jpg'));
    await writeFile(join(tour, '2.jpg'), 'better');
    await alice.share(tour);
    const newer = world.shares.find(({ name, user }) => name === 'tour' && user === 'alice')?.content;
    const replaces = { place: join(bob.files, 'tour'), contents: older };
    await bob.transfers.downloadNewer('lab', `tour@${newer}`, replaces);
    await bob.wait();
    expect(await readdir(join(bob.files, 'tour'))).toEqual(['2.jpg']);
    const shelf = join(bob.files, '.mini-bittorrent', 'earlier', 'tour');
    const [time = ''] = await readdir(shelf);
    expect(await readdir(join(shelf, time))).toEqual(['1.jpg', '2.jpg']);
  });

  test('that is on its way is fetched on after a restart', async () => {
    const content = await newVersion();
    await alice.end();
    await fetchNewer(content);
    await bob.end();
    await bob.begin();
    await alice.begin();
    await bob.wait();
    expect(await onDisk()).toBe('new');
    expect(await earlier()).toEqual(['old']);
  });

  test('that is not wanted any more leaves nothing, and the older where it is', async () => {
    const content = await newVersion();
    await alice.end();
    await fetchNewer(content);
    await bob.transfers.dropUnfinished({ gid: world.gid, content });
    expect(await onlyRow(bob)).toMatchObject({ state: 'C', path: place });
    await bob.transfers.dropUnfinished({ gid: world.gid, content: fetched[0] as ContentId });
    expect(await onDisk()).toBe('old');
    expect(bob.transfers.ownDownloads()).toHaveLength(1);
  });
});

describe('what is not as it was fetched stays', () => {
  const failed = async () =>
    until(
      () => bob.transfers.ownDownloads().some(({ state }) => state === 'failed'),
      () => bob.transfers.showDownloads(),
    );
  const told = () => bob.events.find(({ type }) => type === 'failed');

  test('changed here: the newer one waits, and takes its place when it is moved away', async () => {
    const content = await newVersion();
    await writeFile(place, 'mine');
    await fetchNewer(content);
    await failed();
    expect(told()).toMatchObject({ code: 'FILE_CHANGED', text: expect.stringContaining(place) });
    expect(await readFile(place, 'utf8')).toBe('mine');
    expect(await earlier()).toEqual([]);
    await bob.transfers.resumeDownload('lab', `a.bin@${content}`);
    await failed();
    await rename(place, join(bob.files, 'mine.bin'));
    await bob.transfers.resumeDownload('lab', `a.bin@${content}`);
    await bob.wait();
    expect(await onDisk()).toBe('new');
  });

  test('another share of the same place', async () => {
    const content = await newVersion();
    await writeFile(place, 'mine');
    await bob.share(place);
    await fetchNewer(content);
    await failed();
    expect(await readFile(place, 'utf8')).toBe('mine');
    expect(bob.transfers.ownShares().map(({ root, isServed }) => [root, isServed])).toEqual([[place, true]]);
  });

  test('where another name of the same letters hinders it, the older is put back and served on', async () => {
    const content = await newVersion();
    await writeFile(join(bob.files, 'A.BIN'), 'mine');
    await fetchNewer(content);
    await failed();
    expect(await onDisk()).toBe('old');
    expect(await earlier()).toEqual([]);
    expect(bob.transfers.ownShares()).toEqual([expect.objectContaining({ root: place, isServed: true })]);
    await rm(join(bob.files, 'A.BIN'));
    await bob.transfers.resumeDownload('lab', `a.bin@${content}`);
    await bob.wait();
    expect(await onDisk()).toBe('new');
  });

  test('where the older can not be kept it stays, and is served on', async () => {
    const content = await newVersion();
    await mkdir(join(bob.files, '.mini-bittorrent'));
    await writeFile(join(bob.files, '.mini-bittorrent', 'earlier'), 'in the way');
    await fetchNewer(content);
    await failed();
    expect(await onDisk()).toBe('old');
    expect(bob.transfers.ownShares()).toEqual([expect.objectContaining({ root: place, isServed: true })]);
    await rm(join(bob.files, '.mini-bittorrent', 'earlier'));
    await bob.transfers.resumeDownload('lab', `a.bin@${content}`);
    await bob.wait();
    expect(await onDisk()).toBe('new');
  });
});
