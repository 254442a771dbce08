import { readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { InfoHash } from '../../src/base/index.ts';
import { encodeHandshake, encodeMessage, EXTENSION_IDS, HANDSHAKE_BYTES } from '../../src/wire/index.ts';
import { TestGroup, type TestMember } from '../support/test-group.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, openHandles, until } from './kit.ts';

const MIB = 1024 * 1024;
let world: TransferWorld;
let alice: WorldUser;
let infoHash: InfoHash;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  infoHash = (await alice.share(await fileOf(alice, 'a.bin', noise(2 * MIB)))).infoHash as InfoHash;
});

afterEach(async () => {
  await world.close();
});

/** A connection to the seed, up to TLS. */
function dial(who: TestMember | undefined): TLSSocket {
  const socket = connect({
    host: '127.0.0.1',
    port: alice.transfers.listening.port,
    servername: infoHash.slice(0, 40),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(who && { cert: who.credentials.certificatePem, key: who.credentials.privateKeyPem }),
  });
  socket.on('error', () => undefined);
  return socket;
}

/** Bytes that the seed gives to a client that greets it as a BitTorrent peer would. */
function greet(who: TestMember | undefined, handshake: Uint8Array): Promise<Buffer> {
  const socket = dial(who);
  const got: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    got.push(chunk);
    if (Buffer.concat(got).length >= HANDSHAKE_BYTES) socket.destroy();
  });
  socket.on('secureConnect', () => socket.write(handshake));
  return new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(got))));
}

const peerId = new Uint8Array(20).fill(7);
const right = (): Uint8Array => encodeHandshake(Buffer.from(infoHash, 'hex'), peerId);

test.each([
  { why: 'no certificate', who: async () => undefined },
  { why: 'another group', who: async () => (await TestGroup.create()).member('stranger') },
  { why: 'a withdrawn grant', who: () => removed() },
])('a stranger with $why gets not one byte of a seed', async ({ who }) => {
  expect(await greet(await who(), right())).toHaveLength(0);
});

async function removed(): Promise<TestMember> {
  const member = await world.group.member('late');
  world.group.removed.add(member.user);
  return member;
}

test('a member is greeted; who then names another torrent, or speaks something else, is not', async () => {
  const member = await world.group.member('bob');
  expect(await greet(member, right())).not.toHaveLength(0);
  expect(await greet(member, encodeHandshake(new Uint8Array(20), peerId))).toHaveLength(0);
  expect(await greet(member, Buffer.alloc(HANDSHAKE_BYTES, 'GET / HTTP/1.1\r\n'))).toHaveLength(0);
});

test('who loses its grant while the files are being opened for it gets not one byte', async () => {
  const member = await world.group.member('bob');
  const { admit } = world.group;
  vi.spyOn(world.group, 'admit').mockImplementation((certificate) => {
    const admission = admit(certificate);
    world.group.removed.add(member.user);
    return admission;
  });
  expect(await greet(member, right())).toHaveLength(0);
});

test('a digest of removals that is none ends its connection, and nothing else', async () => {
  const handshake = encodeMessage({
    type: 'extension-handshake',
    handshake: {
      ids: EXTENSION_IDS,
      own: { requestBytesMax: 16_384, device: 'device-1', groupDigest: new Uint8Array(5) },
    },
  });
  const socket = dial(await world.group.member('bob'));
  socket.on('data', () => undefined);
  socket.on('secureConnect', () => socket.write(Buffer.concat([right(), handshake])));
  await new Promise((resolve) => socket.on('close', resolve));
  expect(await greet(await world.group.member('carol'), right())).not.toHaveLength(0);
});

test('a wrong info-hash that a member announces delays a download, but does not stop it', async () => {
  const mallory = await world.user('mallory');
  const { infoHash: other } = await mallory.share(await fileOf(mallory, 'other.bin', noise(MIB, 4)));
  const [share] = world.shares;
  world.forgetRoots();
  // Mallory serves its own file well, and says that it is Alice's.
  world.pretend(mallory, share?.content, other as InfoHash);
  const bob = await world.user('bob');
  await bob.download('a.bin');
  await bob.wait();
  expect((await readFile(join(bob.files, 'a.bin'))).equals(noise(2 * MIB))).toBe(true);
});

test('those who are turned away leave nothing open', async () => {
  const stranger = await (await TestGroup.create()).member('stranger');
  const gone = await removed();
  await greet(stranger, right());
  const before = await openHandles();
  for (let times = 0; times < 5; times += 1) {
    const wrong = encodeHandshake(new Uint8Array(20), peerId);
    await Promise.all([greet(undefined, right()), greet(stranger, right()), greet(gone, wrong), chat()]);
  }
  await until(async () => (await openHandles()) <= before, openHandles);
});

/** Speaks anything but TLS to the seed, until it hangs up. */
async function chat(): Promise<void> {
  const socket = connectTcp(alice.transfers.listening.port, '127.0.0.1', () => socket.write(noise(2_000)));
  socket.resume().on('error', () => undefined);
  await new Promise((resolve) => socket.on('close', resolve));
}

test('nothing stays open when all is over', async () => {
  const before = await openHandles();
  const extra = await TransferWorld.create();
  const carol = await extra.user('carol');
  const dave = await extra.user('dave', { downBytesPerSecond: MIB });
  await carol.share(await fileOf(carol, 'b.bin', noise(4 * MIB)));
  await dave.download('b.bin');
  await until(async () => (await onlyRow(dave)).doneBytes > 0);
  await extra.close();
  await until(async () => (await openHandles()) <= before, openHandles);
});
