import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { asDict, asList, asText, decode } from '../../src/bencode/index.ts';
import { fileHash, writeRandomFile } from '../e2e/harness/files.ts';
import type { MbtProcess } from '../e2e/harness/mbt-process.ts';
import { Workspace } from '../e2e/harness/workspace.ts';
import { scrape } from '../support/announce-client.ts';
import { Libtorrent, python, type MemberFiles } from './libtorrent.ts';

const MIB = 2 ** 20;
const FILE = 'tour.bin';
/** What is waited for must come; how soon is not what these tests are about. */
const patience = { timeout: 60_000 };

let workspace: Workspace;
let anna: MbtProcess;
let hash: string;
const open: Libtorrent[] = [];

/** Two trackers that take announcements, and anna, who shares a file in her group. */
beforeEach(async () => {
  workspace = await Workspace.open(2, '--announce', '127.0.0.1:0');
  const path = workspace.path('anna', FILE);
  await writeRandomFile(path, 6 * MIB + 5, 7);
  hash = await fileHash(path);
  anna = await workspace.member('anna');
  await anna.ok('create_group band');
  await anna.ok(`upload_file "${path}" band`);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((peer) => peer.close()));
  await workspace.close();
});

async function joined(name: string): Promise<MbtProcess> {
  const client = await workspace.member(name);
  await client.ok('join_group band');
  await anna.ok(`accept_request band ${name}`);
  await client.sees(/^NOTICE: .*band/);
  return client;
}

/** Ends the client, which has said goodbye to the trackers then. */
async function leave(client: MbtProcess): Promise<void> {
  await client.ok('quit');
  await client.exit();
}

/** What `export_torrent` wrote. */
interface Export {
  readonly torrent: string;
  readonly member: MemberFiles;
  /** Announce URLs, by tier. */
  readonly tiers: readonly (readonly string[])[];
}

async function exportFor(client: MbtProcess): Promise<Export> {
  const folder = workspace.path(`export-${client.name}`);
  await client.ok(`export_torrent band ${FILE} "${folder}"`);
  const named = async (pattern: RegExp): Promise<string> =>
    join(folder, (await readdir(folder)).find((name) => pattern.test(name)) ?? 'nothing');
  const torrent = await named(/\.torrent$/);
  const file = asDict(decode(await readFile(torrent)), 'torrent');
  const tiers = asList(file.get('announce-list') ?? [], 'announce-list').map((tier) =>
    asList(tier, 'tier').map((url) => asText(url, 'url')),
  );
  const member = {
    certificate: await named(/^member-.*\.pem$/),
    key: await named(/^member-.*\.key$/),
    parameters: await named(/^ffdhe2048/),
  };
  return { torrent, member, tiers };
}

async function libtorrent(
  { torrent, member }: Export,
  name: string,
  seed: boolean,
): Promise<{ peer: Libtorrent; path: string }> {
  const folder = workspace.path(name);
  await mkdir(folder, { recursive: true });
  const peer = await Libtorrent.open();
  open.push(peer);
  await peer.add(torrent, folder, member, seed);
  return { peer, path: join(folder, FILE) };
}

/** Waits until each tracker counts so many seeds of the torrent. `peer` is any, to read the torrent. */
async function seedsEverywhere(peer: Libtorrent, { torrent, tiers }: Export, seeds: number): Promise<void> {
  const { infoHash } = await peer.describe(torrent);
  const seedsAt = async (url: string) => (await scrape(url, infoHash))[infoHash.slice(0, 40)]?.complete;
  for (const url of tiers.flat()) await expect.poll(() => seedsAt(url), patience).toBe(seeds);
}

test('both trackers stand in one tier of the .torrent', async () => {
  const { tiers } = await exportFor(anna);
  expect(tiers).toHaveLength(1);
  expect(tiers[0]).toHaveLength(2);
});

describe.skipIf(python === undefined)('libtorrent, given nothing but what export_torrent wrote', () => {
  test('it finds our seed by announcing, and is found by our leecher when nobody else is left', async () => {
    const ben = await joined('ben');
    const cleo = await joined('cleo');
    await ben.ok(`download_file band ${FILE} "${workspace.path('ben.bin')}"`);
    await ben.ok('wait_downloads 30');
    const given = await exportFor(ben);
    await leave(ben);
    const { peer, path } = await libtorrent(given, 'libtorrent', false);
    await peer.hears('finished');
    expect(await fileHash(path)).toBe(hash);

    // Cleo has begun: libtorrent gives no metadata of a private torrent (BEP 9), so that has to come from one of ours.
    const copy = workspace.path('cleo.bin');
    await cleo.ok('limit down 64k');
    await cleo.ok(`download_file band ${FILE} "${copy}"`);
    await expect
      .poll(async () => (await cleo.run(`export_torrent band ${FILE} "${copy}.d"`)).ok, patience)
      .toBe(true);
    await cleo.ok(`pause_download band ${FILE}`);

    // It announced at one of the two trackers; it is a seed at both, and soon the only one.
    await seedsEverywhere(peer, given, 2);
    await leave(anna);
    await seedsEverywhere(peer, given, 1);
    await cleo.ok('limit down none');
    await cleo.ok(`resume_download band ${FILE}`);
    await cleo.ok('wait_downloads 30');
    const peers = (await cleo.ok(`show_peers band ${FILE}`)).map((row) => row.split('\t'));
    expect(peers).toContainEqual(expect.arrayContaining(['ben', `127.0.0.1:${peer.port}`]));
    expect(await fileHash(copy)).toBe(hash);
  });

  test('two of them find each other and share what neither our clients nor anybody else has any more', async () => {
    const ben = await joined('ben');
    await mkdir(workspace.path('libtorrent-1'));
    await ben.ok(`download_file band ${FILE} "${workspace.path('libtorrent-1')}"`);
    await ben.ok('wait_downloads 30');
    const given = await exportFor(ben);
    const annas = await exportFor(anna);
    await leave(ben);
    await leave(anna);
    const seed = await libtorrent(given, 'libtorrent-1', true);
    // Who asks the other tracker before that has heard of the seed (a quarter of a second) asks again only after a minute.
    await seedsEverywhere(seed.peer, given, 1);
    const { peer, path } = await libtorrent(annas, 'libtorrent-2', false);
    await peer.hears('finished');
    expect(await fileHash(path)).toBe(hash);
  });

  test('a member who was removed is told so, and finds nobody', async () => {
    const ben = await joined('ben');
    await ben.ok(`download_file band ${FILE} "${workspace.path('ben.bin')}"`);
    await ben.ok('wait_downloads 30');
    const given = await exportFor(ben);
    await leave(ben);
    await anna.ok('remove_member band ben');
    const { peer } = await libtorrent(given, 'libtorrent', false);
    const { text } = await peer.hears('tracker error');
    expect(text).toMatch(/not a member of this group/);
    expect(await peer.connections(given.torrent)).toEqual([]);
  });
});
