import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';

import { FakeClock } from '../../test/support/fake-clock.ts';
import { TestGroup, type TestMember } from '../../test/support/test-group.ts';
import { arrived, closeTestHosts, ignore, never, openTestHost, stuck } from '../../test/support/test-host.ts';
import { deferred, PeerFault, silentLogger, systemClock } from '../base/index.ts';
import { openPeerHost } from './peer-host.ts';
import type { PeerSocket } from './peer-socket.ts';
import { RateLimiter } from './rate-limiter.ts';

let group: TestGroup;
let owner: TestMember;
let member: TestMember;
const sockets: Socket[] = [];

beforeAll(async () => {
  group = await TestGroup.create();
  [owner, member] = await Promise.all([group.member('owner'), group.member('member')]);
});

afterEach(async () => {
  group.removed.clear();
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeTestHosts();
});

function echo(peer: PeerSocket): void {
  peer.start({ ...ignore, onData: (chunk) => peer.write(new Uint8Array(chunk)) });
}

test('two members find each other, each knows who the other is, and bytes arrive whole both ways', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], echo);
  const there = await openTestHost([]);
  const peer = await there.host.dial([here.address], group.context(member, 'torrent'), never());
  expect([peer.user, peer.outgoing]).toEqual([owner.user, true]);
  const sent = Buffer.alloc(3_000_001, 'some bytes that repeat at odd places');
  const got: Buffer[] = [];
  const done = deferred<void>();
  let bytes = 0;
  peer.start({
    ...ignore,
    onData(chunk) {
      got.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes === sent.length) done.resolve();
    },
  });
  for (let at = 0; at < sent.length; at += 100_003) peer.write(sent.subarray(at, at + 100_003));
  await done.promise;
  expect(Buffer.concat(got).equals(sent)).toBe(true);
  expect(here.peers.map((each) => [each.user, each.outgoing])).toEqual([[member.user, false]]);
  expect([peer.bytesOut, peer.bytesIn, peer.queuedBytes]).toEqual([sent.length, sent.length, 0]);
});

test('what comes before the owner listens is kept', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], (peer) => {
    peer.start(ignore);
    peer.write(Buffer.from('early'));
  });
  const peer = await here.host.dial([here.address], group.context(member, 'torrent'), never());
  while (peer.bytesIn < 5) await new Promise(setImmediate);
  const got = deferred<string>();
  peer.start({ ...ignore, onData: (chunk) => got.resolve(Buffer.from(chunk).toString()) });
  expect(await got.promise).toBe('early');
});

test('a paused connection delivers nothing more once its buffers are full, and goes on after', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], (peer) => peer.start(ignore));
  const peer = await here.host.dial([here.address], group.context(member, 'torrent'), never());
  let bytes = 0;
  const all = deferred<void>();
  const total = 32 * 1024 * 1024;
  peer.start({
    ...ignore,
    onData(chunk) {
      bytes += chunk.length;
      if (bytes === total) all.resolve();
    },
  });
  peer.pause();
  const seeder = await arrived(here);
  for (let i = 0; i < 32; i += 1) seeder.write(new Uint8Array(1024 * 1024));
  await stuck(seeder);
  expect(bytes).toBeLessThan(1024 * 1024);
  expect(seeder.queuedBytes).toBeGreaterThan(8 * 1024 * 1024);
  peer.resume();
  await all.promise;
});

test('garbage and silence are dropped, and so is a handshake that drips', async () => {
  const clock = new FakeClock(systemClock.wallMs());
  const here = await openTestHost([group.context(owner, 'torrent')], undefined, clock);
  const [garbage, silent, dripping] = await Promise.all([1, 2, 3].map(() => tcp(here.address.port)));
  garbage?.write('GET / HTTP/1.1\r\n\r\n');
  await once(garbage as Socket, 'close');
  for (const byte of [22, 3, 1, 2, 0, 1, 0, 1, 252]) {
    dripping?.write(Uint8Array.of(byte));
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  expect([silent?.closed, dripping?.closed]).toEqual([false, false]);
  clock.advance(1000);
  await Promise.all([once(silent as Socket, 'close'), once(dripping as Socket, 'close')]);
});

async function tcp(port: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('one address opens only so many handshakes at a time; the others are hung up on', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], echo, systemClock, {
    handshakesPerAddressMax: 4,
  });
  const flood = await Promise.all(Array.from({ length: 12 }, () => tcp(here.address.port)));
  let closed = 0;
  await new Promise<void>((resolve) => {
    for (const socket of flood) socket.on('close', () => (closed += 1) === 8 && resolve());
  });
  for (const socket of flood) socket.destroy();
  const dialler = await openTestHost([]);
  for (let tries = 0; ; tries += 1) {
    const dialled = dialler.host.dial([here.address], group.context(member, 'torrent'), never());
    const peer = await dialled.catch(() => undefined);
    if (peer) break;
    expect(tries).toBeLessThan(100);
  }
});

test('a full house admits nobody more, dialled or dialling', async () => {
  const here = await openTestHost(
    [group.context(owner, 'torrent')],
    (peer) => peer.start(ignore),
    systemClock,
    {
      connectionsMax: 1,
    },
  );
  const there = await openTestHost([group.context(member, 'torrent')], (peer) => peer.start(ignore));
  const first = await there.host.dial([here.address], group.context(member, 'torrent'), never());
  first.start(ignore);
  await arrived(here);
  const second = there.host.dial([here.address], group.context(member, 'torrent'), never());
  await expect(second).rejects.toThrow('disconnected');
  const outward = here.host.dial([there.address], group.context(owner, 'torrent'), never());
  await expect(outward).rejects.toThrow('too many connections');
});

test('a dead address and one that never answers do not keep a peer from being reached', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], echo);
  const hole = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', () => resolve()));
  const silent = { host: '127.0.0.1', port: (hole.address() as AddressInfo).port };
  const dead = { host: '127.0.0.1', port: 1 };
  const named = { host: 'localhost', port: here.address.port };
  const peer = await here.host.dial(
    [named, dead, silent, here.address],
    group.context(member, 'torrent'),
    never(),
  );
  expect(peer.remote).toEqual(here.address);
  peer.destroy(new Error('enough'));
  await new Promise<void>((resolve) => {
    for (const socket of sockets.splice(0)) socket.destroy();
    hole.close(() => resolve());
  });
});

test('dialling can be given up, and ends by itself', async () => {
  const clock = new FakeClock(systemClock.wallMs());
  const hole = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', () => resolve()));
  const silent = { host: '127.0.0.1', port: (hole.address() as AddressInfo).port };
  const there = await openTestHost([], undefined, clock);
  const abort = new AbortController();
  const given = there.host.dial([silent], group.context(member, 'torrent'), abort.signal);
  abort.abort(new Error('changed my mind'));
  await expect(given).rejects.toThrow('changed my mind');
  const waiting = there.host.dial([silent], group.context(member, 'torrent'), never());
  clock.advance(6000);
  await expect(waiting).rejects.toThrow('no answer');
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise<void>((resolve) => hole.close(() => resolve()));
});

test('a peer that never reads is dropped, with everything that waited for it', async () => {
  const clock = new FakeClock(systemClock.wallMs());
  const closed = deferred<Error>();
  const here = await openTestHost(
    [group.context(owner, 'torrent')],
    (peer) => {
      peer.start({ ...ignore, onClose: (reason) => closed.resolve(reason) });
      for (let i = 0; i < 32; i += 1) peer.write(new Uint8Array(1024 * 1024));
    },
    clock,
  );
  const there = await openTestHost([]);
  const peer = await there.host.dial([here.address], group.context(member, 'torrent'), never());
  peer.start(ignore);
  peer.pause();
  const seeder = await arrived(here);
  await stuck(seeder);
  clock.advance(70_000);
  const reason = await closed.promise;
  expect(reason).toBeInstanceOf(PeerFault);
  expect([reason.message, seeder.queuedBytes]).toEqual(['SILENT: takes nothing', 0]);
});

test('a port in use is named; an address of another machine means all addresses', async () => {
  const here = await openTestHost([]);
  const taken = openPeerHost({
    host: '127.0.0.1',
    port: here.address.port,
    contextFor: () => undefined,
    onPeer: () => undefined,
    rates: { up: new RateLimiter(systemClock), down: new RateLimiter(systemClock) },
    clock: systemClock,
    log: silentLogger,
  });
  await expect(taken).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${here.address.port}`) as string,
  });
  const everywhere = await openPeerHost({
    host: '192.0.2.1',
    port: 0,
    contextFor: () => undefined,
    onPeer: () => undefined,
    rates: { up: new RateLimiter(systemClock), down: new RateLimiter(systemClock) },
    clock: systemClock,
    log: silentLogger,
  });
  const socket = await tcp(everywhere.address.port);
  expect(socket.remotePort).toBe(everywhere.address.port);
  await everywhere.close();
});

test('closing ends every connection, in both directions, and frees the port', async () => {
  const here = await openTestHost([group.context(owner, 'torrent')], (peer) => peer.start(ignore));
  const there = await openTestHost([]);
  const peer = await there.host.dial([here.address], group.context(member, 'torrent'), never());
  const closed = deferred<Error>();
  peer.start({ ...ignore, onClose: (reason) => closed.resolve(reason) });
  await arrived(here);
  await here.host.close();
  await closed.promise;
  await there.host.close();
  expect([here.host.connections, there.host.connections]).toEqual([0, 0]);
  const again = await openPeerHost({
    host: '127.0.0.1',
    port: here.address.port,
    contextFor: () => undefined,
    onPeer: () => undefined,
    rates: { up: new RateLimiter(systemClock), down: new RateLimiter(systemClock) },
    clock: systemClock,
    log: silentLogger,
  });
  await again.close();
});
