import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { silentLogger, systemClock, type Logger } from '../../src/base/index.ts';
import type { Torrent } from '../../src/metainfo/index.ts';
import { TestGroup, type TestMember } from '../support/test-group.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { onlyRow, until } from '../transfers/kit.ts';
import { announceForeign, tellDescription } from './foreign-seed.ts';
import { knock } from './knock.ts';
import { Libtorrent, python } from './libtorrent.ts';
import { rootOf, SINGLE, writeFiles, writeMember, writeTorrent } from './stage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let world: TransferWorld;
let lea: TestMember;
let torrent: Torrent;
/** Its .torrent file, and where the content is. */
let file: string;
let folder: string;
const open: Libtorrent[] = [];

beforeEach(async () => {
  world = await TransferWorld.create();
  lea = await world.group.member('lea');
  folder = join(world.folder, 'libtorrent');
  await writeFiles(folder, SINGLE);
  file = join(world.folder, 'it.torrent');
  torrent = await writeTorrent(join(folder, rootOf(SINGLE)), world.group.authorityPem, file);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((peer) => peer.close()));
  await world.close();
});

async function libtorrent(member: TestMember | undefined, seed: boolean): Promise<Libtorrent> {
  const peer = await Libtorrent.open();
  open.push(peer);
  const place = join(world.folder, `place-${open.length}`);
  await mkdir(place);
  const files = member && (await writeMember(join(world.folder, `member-${open.length}`), member));
  await peer.add(file, seed ? folder : place, files, seed);
  return peer;
}

/** A log that remembers why peers were turned away. */
function refusalsLog(): { log: Logger; refusals: string[] } {
  const refusals: string[] = [];
  const note: Logger['info'] = (event, fields) => {
    if (event === 'peer.refused' || event === 'peer.dial-failed') refusals.push(String(fields?.['reason']));
  };
  return { log: { ...silentLogger, info: note, debug: note }, refusals };
}

async function sharing(log: Logger): Promise<WorldUser> {
  const alice = await world.user('alice', { log });
  await writeFiles(alice.files, SINGLE);
  await alice.share(join(alice.files, rootOf(SINGLE)));
  return alice;
}

const expired = (group: TestGroup): Promise<TestMember> => {
  const nowMs = systemClock.wallMs();
  return group.member('late', { notBeforeMs: nowMs - 400 * DAY_MS, notAfterMs: nowMs - DAY_MS });
};

const STRANGERS = [
  {
    who: 'a member of another group',
    make: async (): Promise<TestMember> => (await TestGroup.create()).member('stranger'),
    reason: /BAD_CERTIFICATE/,
  },
  {
    who: 'a member whose certificate has ended',
    make: (): Promise<TestMember> => expired(world.group),
    reason: /BAD_CERTIFICATE.*EXPIRED/i,
  },
  { who: 'somebody without a certificate', make: async () => undefined, reason: /BAD_CERTIFICATE/ },
];

describe.skipIf(python === undefined)('refused on both sides', () => {
  test.each(STRANGERS)('$who, with libtorrent, gets no byte from us', async ({ make, reason }) => {
    const { log, refusals } = refusalsLog();
    const alice = await sharing(log);
    const peer = await libtorrent(await make(), false);
    await peer.dial(file, alice.transfers.listening.port);
    await until(() => refusals.length > 0);
    expect(refusals[0]).toMatch(reason);
    expect(await peer.status(file)).toMatchObject({ received: 0, done: 0 });
  });

  test.each(STRANGERS.slice(0, 2))('$who, with libtorrent, gives us no byte', async ({ make, reason }) => {
    const peer = await libtorrent(await make(), true);
    announceForeign(world, lea, torrent, peer.port);
    const { log, refusals } = refusalsLog();
    const bob = await world.user('bob', { log });
    await tellDescription(bob, torrent);
    await bob.download(rootOf(SINGLE));
    await until(() => refusals.length > 0);
    expect(refusals[0]).toMatch(reason);
    expect(await peer.status(file)).toMatchObject({ received: 0, sent: 0 });
    expect((await onlyRow(bob)).doneBytes).toBe(0);
  });

  test.each(STRANGERS)('$who is not let in by us or by libtorrent, as a member is', async ({ make }) => {
    const alice = await sharing(silentLogger);
    const peer = await libtorrent(lea, true);
    const stranger = await make();
    for (const port of [alice.transfers.listening.port, peer.port]) {
      const visit = (as: TestMember | undefined) =>
        knock({ port, infoHash: torrent.infoHash, shows: as?.credentials });
      expect(await visit(stranger)).toMatchObject({ isLetIn: false, isResumed: false });
      expect(await visit(lea)).toMatchObject({ isLetIn: true });
    }
  });

  // Between its ends a certificate is looked at when a connection begins: what was resumed it is not asked for.
  test('who was let in by libtorrent comes back by its TLS session without a certificate; not to us', async () => {
    const alice = await sharing(silentLogger);
    const peer = await libtorrent(lea, true);
    const comeBack = async (port: number): Promise<boolean> => {
      const first = await knock({ port, infoHash: torrent.infoHash, shows: lea.credentials });
      expect(first.isLetIn).toBe(true);
      const [session] = first.sessions;
      return (await knock({ port, infoHash: torrent.infoHash, session })).isLetIn;
    };
    expect(await comeBack(alice.transfers.listening.port)).toBe(false);
    const isLetIn = await comeBack(peer.port);
    if ((await peer.version()).startsWith('2.0.8')) expect(isLetIn).toBe(true);
  });
});
