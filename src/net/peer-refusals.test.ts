import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, beforeAll, expect, test } from 'vitest';

import { TestGroup, type TestMember } from '../../test/support/test-group.ts';
import { closeTestHosts, ignore, never, openTestHost } from '../../test/support/test-host.ts';
import { systemClock } from '../base/index.ts';
import { sniOf } from './peer-context.ts';
import type { PeerSocket } from './peer-socket.ts';

const DAY_MS = 86_400_000;
let group: TestGroup;
let other: TestGroup;
let owner: TestMember;
let member: TestMember;

beforeAll(async () => {
  [group, other] = await Promise.all([TestGroup.create(), TestGroup.create()]);
  [owner, member] = await Promise.all([group.member('owner'), group.member('member')]);
});

afterEach(async () => {
  group.removed.clear();
  await closeTestHosts();
});

/** What a stranger with plain node:tls gets to read before the connection ends. */
async function strangerReads(address: { port: number }, options: ConnectionOptions): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...options,
    port: address.port,
  });
  let read = '';
  socket.on('data', (chunk: Buffer) => (read += chunk.toString('latin1')));
  socket.on('secureConnect', () => socket.write('let me in'));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.on('close', resolve));
  return read;
}

const intruders: { why: string; options: () => Promise<ConnectionOptions> | ConnectionOptions }[] = [
  { why: 'without a certificate', options: () => ({}) },
  { why: 'of another group', options: async () => shown(await other.member('stranger')) },
  {
    why: 'with an expired certificate',
    options: async () =>
      shown(
        await group.member('late', {
          notBeforeMs: systemClock.wallMs() - 9 * DAY_MS,
          notAfterMs: systemClock.wallMs() - DAY_MS,
        }),
      ),
  },
  {
    why: 'with a certificate that is not valid yet',
    options: async () =>
      shown(
        await group.member('early', {
          notBeforeMs: systemClock.wallMs() + DAY_MS,
          notAfterMs: systemClock.wallMs() + 9 * DAY_MS,
        }),
      ),
  },
  {
    why: 'that signed its certificate itself',
    options: async () => {
      const impostor = await TestGroup.create();
      return shown(await impostor.member('owner'));
    },
  },
  {
    why: 'whose grant was withdrawn',
    options: () => {
      group.removed.add(member.user);
      return shown(member);
    },
  },
  { why: 'with a certificate that no grant names', options: async () => shown(await group.ungranted()) },
  { why: 'that names no torrent', options: () => ({ ...shown(member), servername: '' }) },
  {
    why: 'that names a torrent that is not here',
    options: () => ({ ...shown(member), servername: 'f'.repeat(40) }),
  },
  { why: 'that speaks TLS 1.2', options: () => ({ ...shown(member), maxVersion: 'TLSv1.2' }) },
];

const shown = (who: TestMember): ConnectionOptions => ({
  cert: who.credentials.certificatePem,
  key: who.credentials.privateKeyPem,
});

test.each(intruders)('a peer $why gets no byte', async ({ options }) => {
  const greet = (peer: PeerSocket): void => {
    peer.start(ignore);
    peer.write(Buffer.from('secret'));
  };
  const context = group.context(owner, 'torrent');
  const here = await openTestHost([context], greet);
  const read = await strangerReads(here.address, {
    servername: sniOf(context.infoHash),
    ...(await options()),
  });
  expect(read).toBe('');
  expect(here.peers).toEqual([]);
  expect(here.host.connections).toBe(0);
});

test.each([
  { why: 'is of another group', who: () => other.member('stranger') },
  {
    why: 'has an expired certificate',
    who: () =>
      group.member('late', {
        notBeforeMs: systemClock.wallMs() - 9 * DAY_MS,
        notAfterMs: systemClock.wallMs() - DAY_MS,
      }),
  },
])('who is dialled and $why gets no byte', async ({ who }) => {
  const impostor = await who();
  const got: string[] = [];
  const here = await openTestHost(
    [{ ...group.context(impostor, 'torrent'), admit: () => ({ user: member.user }) }],
    (peer) => peer.start({ ...ignore, onData: (chunk) => got.push(Buffer.from(chunk).toString()) }),
  );
  const dialled = here.host.dial([here.address], group.context(owner, 'torrent'), never());
  await expect(dialled).rejects.toThrow();
  expect(got).toEqual([]);
  expect(here.host.connections).toBe(0);
});

test('who is dialled and was removed is refused with the reason', async () => {
  const here = await openTestHost([group.context(member, 'torrent')], (peer) => peer.start(ignore));
  group.removed.add(member.user);
  const dialled = here.host.dial([here.address], group.context(owner, 'torrent'), never());
  await expect(dialled).rejects.toMatchObject({ code: 'NOT_A_MEMBER', message: 'NOT_A_MEMBER: removed' });
});

test('the certificate of one torrent does not open another of another group', async () => {
  const otherOwner = await other.member('other owner');
  const a = group.context(owner, 'torrent');
  const b = other.context(otherOwner, 'secret torrent');
  const here = await openTestHost([a, b], (peer) => {
    peer.start(ignore);
    peer.write(Buffer.from(peer.proof.context.infoHash));
  });
  expect(await strangerReads(here.address, { ...shown(member), servername: sniOf(b.infoHash) })).toBe('');
  expect(here.peers).toEqual([]);
});
