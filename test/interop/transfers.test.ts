import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { utf8 } from '../../src/base/index.ts';
import type { Torrent } from '../../src/metainfo/index.ts';
import type { TestMember } from '../support/test-group.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { onlyRow, until } from '../transfers/kit.ts';
import { announceForeign, tellDescription } from './foreign-seed.ts';
import { Libtorrent, python } from './libtorrent.ts';
import {
  differences,
  FOLDER,
  rootOf,
  SINGLE,
  writeFiles,
  writeMember,
  writeTorrent,
  type Plan,
} from './stage.ts';

const KIB = 1024;
const CONTENTS = [
  { what: 'a file of several pieces', plan: SINGLE },
  { what: 'a folder with an empty file, copies and names in several scripts', plan: FOLDER },
];

let world: TransferWorld;
let lea: TestMember;
const open: Libtorrent[] = [];

beforeEach(async () => {
  world = await TransferWorld.create();
  lea = await world.group.member('lea');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((peer) => peer.close()));
  await world.close();
});

/** A content that lies in a folder of libtorrent's, with its .torrent file. */
interface Foreign {
  readonly torrent: Torrent;
  readonly file: string;
  readonly folder: string;
}

async function prepare(plan: Plan): Promise<Foreign> {
  const folder = join(world.folder, 'libtorrent');
  await writeFiles(folder, plan);
  const file = join(world.folder, 'it.torrent');
  const torrent = await writeTorrent(join(folder, rootOf(plan)), world.group.authorityPem, file);
  return { torrent, file, folder };
}

/** A libtorrent that shows `member`'s certificate and has, or will have, the content in `folder`. */
async function libtorrent(
  member: TestMember,
  file: string,
  folder: string,
  seed: boolean,
): Promise<Libtorrent> {
  const peer = await Libtorrent.open();
  open.push(peer);
  await peer.add(file, folder, await writeMember(join(world.folder, 'credentials'), member), seed);
  return peer;
}

async function shareOf(user: WorldUser, plan: Plan): Promise<string> {
  await writeFiles(user.files, plan);
  const { infoHash } = await user.share(join(user.files, rootOf(plan)));
  return infoHash;
}

async function emptyFolder(name: string): Promise<string> {
  const folder = join(world.folder, name);
  await mkdir(folder);
  return folder;
}

/** Has libtorrent fetch what Alice shares; the paths whose content is not right in the end. */
async function fetchFromUs({ file, torrent }: Foreign, plan: Plan): Promise<string[]> {
  const alice = await world.user('alice');
  expect(await shareOf(alice, plan)).toBe(torrent.infoHash);
  const folder = await emptyFolder('fetched');
  const peer = await libtorrent(lea, file, folder, false);
  await peer.dial(file, alice.transfers.listening.port);
  await peer.hears('finished');
  return differences(folder, plan);
}

describe.skipIf(python === undefined)('libtorrent over mutual TLS', () => {
  test.each(CONTENTS)('fetches $what from us', async ({ plan }) => {
    const foreign = await prepare(plan);
    expect(await fetchFromUs(foreign, plan)).toEqual([]);
  });

  test.each(CONTENTS)('fetches $what from us, and the piece layers that its file lacks', async ({ plan }) => {
    const foreign = await prepare(plan);
    await writeFile(foreign.file, Buffer.concat([utf8('d4:info'), foreign.torrent.infoBytes, utf8('e')]));
    expect(await fetchFromUs(foreign, plan)).toEqual([]);
  });

  test.each(CONTENTS)('gives us $what, piece layers included', async ({ plan }) => {
    const { torrent, file, folder } = await prepare(plan);
    const peer = await libtorrent(lea, file, folder, true);
    announceForeign(world, lea, torrent, peer.port);
    const bob = await world.user('bob');
    await tellDescription(bob, torrent);
    await bob.download(rootOf(plan));
    await bob.wait(60);
    expect(await differences(bob.files, plan)).toEqual([]);
    expect((await peer.status(file)).sent).toBeGreaterThan(torrent.content.size);
  });

  test('gives the bytes in a swarm in which we give the description', async () => {
    const { torrent, file, folder } = await prepare(FOLDER);
    const alice = await world.user('alice', { upBytesPerSecond: 64 * KIB });
    await shareOf(alice, FOLDER);
    const peer = await libtorrent(lea, file, folder, true);
    announceForeign(world, lea, torrent, peer.port);
    const bob = await world.user('bob');
    await bob.download(rootOf(FOLDER));
    await bob.wait(60);
    expect(await differences(bob.files, FOLDER)).toEqual([]);
    expect((await peer.status(file)).sent).toBeGreaterThan(torrent.content.size / 2);
  });

  test('alone gives us a file of which the share says enough', async () => {
    const { torrent, file, folder } = await prepare(SINGLE);
    const peer = await libtorrent(lea, file, folder, true);
    announceForeign(world, lea, torrent, peer.port);
    const bob = await world.user('bob');
    await bob.download(rootOf(SINGLE));
    await bob.wait(60);
    expect(await differences(bob.files, SINGLE)).toEqual([]);
  });

  // BEP 9 between strangers: libtorrent keeps the info dictionaries of private torrents to itself.
  test('gives no description: a download of a folder from it alone says what it waits for', async () => {
    const { torrent, file, folder } = await prepare(FOLDER);
    const peer = await libtorrent(lea, file, folder, true);
    announceForeign(world, lea, torrent, peer.port);
    const bob = await world.user('bob');
    await bob.download(rootOf(FOLDER));
    await until(
      async () => (await onlyRow(bob)).remark === 'waiting for its description',
      () => onlyRow(bob),
    );
  });
});
