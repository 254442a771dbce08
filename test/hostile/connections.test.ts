import { afterEach, expect, test } from 'vitest';

import { every, systemClock } from '../../src/base/index.ts';
import { DEFAULT_LIMITS } from '../../src/net/doorkeeper.ts';
import { DEFAULT_SWARM_CONFIG } from '../../src/swarm/index.ts';
import { encodeHandshake } from '../../src/wire/index.ts';
import { Attacker, type Target } from './attacker.ts';
import { Stage } from './stage.ts';

const MIB = 1024 * 1024;
const FILE_BYTES = 8 * MIB;
const MANY = 10_000;
/** Open at a time: below what a process may have open where little is allowed. */
const AT_ONCE = 400;
const MEMORY_MAX = 64 * MIB;
/** Files that a node has open besides its connections, and those of honest peers. */
const FILES_MORE = 40;

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

/** Opens `count` connections one after the other, `AT_ONCE` at a time; each lives until hung up on, or its place is needed. */
async function flood(count: number, open: (n: number) => Promise<Attacker>): Promise<Attacker[]> {
  const living: Attacker[] = [];
  for (let n = 0; n < count; n += 50) {
    const some = await Promise.all(Array.from({ length: 50 }, (_, at) => open(n + at)));
    living.push(...some);
    for (const old of living.splice(0, Math.max(0, living.length - AT_ONCE))) void old.close();
  }
  return living;
}

/** Connects without a word. */
async function mute(target: Target): Promise<Attacker> {
  const attacker = Attacker.tcp(target);
  await attacker.until(() => !attacker.socket.connecting || attacker.isOver);
  return attacker;
}

/** The beginning of a TLS handshake, and no more. */
async function halfShaken(target: Target): Promise<Attacker> {
  const attacker = await mute(target);
  attacker.write(Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3));
  return attacker;
}

/** Runs an honest transfer beside the flood; the flood goes on until it is through. */
async function beside(count: number, open: (n: number) => Promise<Attacker>) {
  const before = await stage.ask();
  const flooding = flood(count, open);
  const { cpuMs } = await stage.fetch('bob');
  const living = await flooding;
  const after = await stage.ask();
  process.stdout.write(
    `${count} connections: ${((after.rss - before.rss) / MIB).toFixed(0)} MiB more, ${after.files} open files, ${(after.cpuMs - before.cpuMs).toFixed(0)} ms of processor, ${cpuMs.toFixed(0)} while the honest one fetched\n`,
  );
  await Promise.all(living.map((each) => each.close()));
  expect(after.rss).toBeLessThan(before.rss + MEMORY_MAX);
  return after;
}

test('10,000 connections that say nothing, from one address', async () => {
  stage = await Stage.open({ bytes: FILE_BYTES });
  const { files } = await beside(MANY, () => mute({ ...stage.target, from: '127.0.0.9' }));
  expect(files).toBeLessThan(DEFAULT_LIMITS.handshakesPerAddressMax + FILES_MORE);
  await stage.sees((report) => report.files < FILES_MORE);
});

test('who shares its address with an attacker that takes all slots is called back', async () => {
  // Through before the silent ones are let go.
  stage = await Stage.open({ bytes: MIB });
  const { target } = stage;
  const silent = await flood(50, () => mute(target));
  await stage.sees(({ reasons }) => 'peer.refused NO_ROOM: too many handshakes' in reasons);
  await stage.fetch('bob');
  expect(silent.filter((each) => !each.isOver)).toHaveLength(DEFAULT_LIMITS.handshakesPerAddressMax);
  await Promise.all(silent.map((each) => each.close()));
});

test('half a TLS handshake, from forty addresses: all slots taken, and others still get in', async () => {
  stage = await Stage.open({ bytes: FILE_BYTES });
  const { files } = await beside(2_000, (n) =>
    halfShaken({ ...stage.target, from: `127.0.1.${1 + (n % 40)}` }),
  );
  expect(files).toBeLessThan(DEFAULT_LIMITS.handshakesMax + FILES_MORE);
});

test('a member opens one connection after the other, and no more than a user may have stay', async () => {
  stage = await Stage.open({ bytes: FILE_BYTES });
  const mallory = await stage.member('mallory');
  await beside(300, () => Attacker.tls({ ...stage.target, from: '127.0.0.9' }, mallory));
  const { reasons } = await stage.ask();
  expect(reasons).toHaveProperty('peer.refused NO_ROOM: too many connections of this user');
});

test('members behind one address find their places beside one who takes all it can get', async () => {
  stage = await Stage.open({ bytes: FILE_BYTES });
  const mallory = await stage.member('mallory');
  const greedy = await Promise.all(
    Array.from({ length: 12 }, (_, id) => Attacker.peer(stage.target, mallory, { id })),
  );
  const { connectionsPerUserMax } = DEFAULT_SWARM_CONFIG;
  await stage.sees(({ connections }) => connections === connectionsPerUserMax);
  await Promise.all(['bob', 'carol', 'dave'].map((name) => stage.fetch(name)));
  expect(greedy.filter((each) => !each.isOver)).toHaveLength(connectionsPerUserMax);
  expect((await stage.ask()).reasons).toHaveProperty('peer.dropped NO_ROOM: as many of this user are here');
  await Promise.all(greedy.map((each) => each.close()));
});

test('who connects and says nothing, or drips, is let go in time', async () => {
  stage = await Stage.open({ bytes: FILE_BYTES, speed: 10 });
  const [silent, dripping, greeted] = await Promise.all(['a', 'b', 'c'].map((name) => stage.member(name)));
  const { target } = stage;
  const tcp = await mute(target);
  const tls = await Attacker.tls(target, silent);
  const drip = await Attacker.tls(target, dripping);
  const peer = await Attacker.peer(target, greeted ?? silent!);
  const greeting = encodeHandshake(Buffer.from(target.infoHash, 'hex'), new Uint8Array(20));
  let at = 0;
  const stop = every(systemClock, 50, () => drip.write(greeting.subarray(at, (at += 1))));
  await drip.ended().finally(stop);
  await Promise.all([tcp, tls, peer].map((each) => each.ended()));
  const { reasons } = await stage.ask();
  expect(reasons['peer.refused SILENT: no TLS handshake']).toBe(1);
  expect(reasons['peer.dropped SILENT: no handshake']).toBe(2);
  expect(at).toBeLessThan(greeting.length);
});
