import { describe, expect, test } from 'vitest';
import { DEFAULT_SWARM_CONFIG } from '../../src/swarm/index.ts';
import { countedContent, realContent, type SimContent } from './contents.ts';
import type { SimPeer, SimPeerOptions, Vice } from './sim-peer.ts';
import { lowerBoundMs, mbit, World } from './world.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 600_000;
const LAN = { latencyMs: 1, bufferBytes: 256 * 1024, rates: { up: mbit(100), down: mbit(100) } };

/** Files of a folder with what is awkward: empty, one block, less than a block, single pieces, several pieces. */
const FOLDER = [0, 1, 16_384, 16_385, 100_000, 256 * 1024, 3 * MIB + 7, 0, 5 * MIB];
const SEEDS = [1, 2, 3].map((seed) => ({ seed }));

function peerOptions(name: string, more: Partial<SimPeerOptions> = {}): SimPeerOptions {
  return { name, seed: false, ...LAN, ...more };
}

function swarmOf(world: World, peers: readonly Partial<SimPeerOptions>[]): SimPeer[] {
  const made = peers.map((more, n) => world.add(peerOptions(`p${n}`, more)));
  world.announce();
  return made;
}

const leechersOf = (peers: readonly SimPeer[]): SimPeer[] =>
  peers.filter((p) => !p.options.seed && p.options.vice === undefined);
const isDone = (peer: SimPeer): boolean => !peer.online || peer.completeMs !== undefined;

/** Runs until every honest leecher is complete, and checks that what they wrote is the truth. */
function runToTheEnd(world: World, peers: readonly SimPeer[]): void {
  const leechers = leechersOf(peers);
  expect(world.runUntil(() => leechers.every(isDone), LIMIT_MS)).toBe(true);
  world.check();
  for (const peer of leechers.filter((p) => p.online)) expect(peer.hasTruth()).toBe(true);
}

/** Everyone that anyone dropped with a fault, by name. */
function accused(peers: readonly SimPeer[]): string[] {
  return [...new Set(peers.flatMap((peer) => peer.faults.map(({ user }) => user.replace(/0+$/, ''))))].sort();
}

describe('whole contents arrive, byte for byte', () => {
  test.each(SEEDS)('a folder with empty and tiny files, one to one (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, FOLDER), 1);
    const peers = swarmOf(world, [{ seed: true }, {}]);
    runToTheEnd(world, peers);
    expect(accused(peers)).toEqual([]);
  });

  test.each(SEEDS)('five leechers, latency 40 ms, uneven links (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, FOLDER), 50);
    const rates = [10, 3, 50, 1, 20].map((rate) => ({
      rates: { up: mbit(rate), down: mbit(2 * rate) },
      latencyMs: 40,
    }));
    const peers = swarmOf(world, [{ seed: true, latencyMs: 40 }, ...rates]);
    runToTheEnd(world, peers);
    expect(accused(peers)).toEqual([]);
  });

  test('strangers take part, asking 16 KiB at a time', () => {
    const world = new World(7, realContent(7, FOLDER), 50);
    const peers = swarmOf(world, [
      { seed: true, vice: { isStranger: true } },
      { vice: { isStranger: true } },
      {},
      {},
    ]);
    const all = peers.filter((peer) => !peer.options.seed);
    expect(world.runUntil(() => all.every(isDone), LIMIT_MS)).toBe(true);
    for (const peer of all) expect(peer.hasTruth()).toBe(true);
    expect(accused(peers)).toEqual([]);
  });

  test.each(SEEDS)('the last blocks do not wait for the slowest peer (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [4 * MIB]), 50);
    const slow = { seed: true, rates: { up: mbit(0.1), down: mbit(100) } };
    const peers = swarmOf(world, [{ seed: true }, slow, slow, {}]);
    runToTheEnd(world, peers);
    // Alone, a slow one would take ten seconds for what it is first asked for.
    expect(peers[3]!.completeMs).toBeLessThan(2_000);
    expect(peers[3]!.swarm.status(world.queue.nowMs).wastedBytes).toBeLessThan(MIB);
  });

  test('memory for one piece is enough', () => {
    const world = new World(3, countedContent(3, 20 * MIB));
    const peers = swarmOf(world, [{ seed: true }, { config: { activePiecesMax: 1 } }]);
    runToTheEnd(world, peers);
  });
});

describe('who breaks the rules is found, and nobody else is dropped', () => {
  const oneVice = (vice: Vice) => [{ seed: true }, { seed: true, vice }, {}, {}, {}, {}];

  test.each(SEEDS)('a source that lies in every tenth block (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [6 * MIB, 2 * MIB]), 50);
    const peers = swarmOf(world, oneVice({ lies: 0.1 }));
    runToTheEnd(world, peers);
    expect(accused(peers)).toEqual(['p1']);
    expect(peers.flatMap((p) => p.faults).every(({ fault }) => fault.code === 'BAD_BLOCK')).toBe(true);
  });

  test.each(SEEDS)('three liars among four leechers that hand on what they have (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [8 * MIB]), 50);
    const liar = { seed: true, vice: { lies: 0.5 } };
    const peers = swarmOf(world, [{ seed: true }, liar, liar, liar, {}, {}, {}, {}]);
    runToTheEnd(world, peers);
    for (const name of accused(peers)) expect(['p1', 'p2', 'p3']).toContain(name);
  });

  test.each(SEEDS)('large pieces that several peers share: one gives bad blocks (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [8 * MIB]), 50);
    const small = { config: { activePiecesMax: 1, ownRequestBytes: 16_384, windowBytesMax: 65_536 } };
    const peers = swarmOf(world, [
      { seed: true },
      { seed: true },
      { seed: true, vice: { lies: 0.3 } },
      small,
      small,
    ]);
    runToTheEnd(world, peers);
    expect(accused(peers)).toEqual(['p2']);
    const witnesses = peers.reduce((sum, peer) => sum + peer.leavesServed, 0);
    expect(witnesses).toBeGreaterThan(0);
  });

  test.each(SEEDS)(
    'nobody tells leaf hashes: the piece from one peer alone shows who lied before (seed $seed)',
    ({ seed }) => {
      const world = new World(seed, realContent(seed, [8 * MIB]), 50);
      const small = { config: { activePiecesMax: 1, ownRequestBytes: 16_384, windowBytesMax: 65_536 } };
      const mute = { seed: true, vice: { hidesLeaves: true } };
      const liar = { seed: true, vice: { hidesLeaves: true, lies: 0.3 } };
      const peers = swarmOf(world, [mute, mute, liar, small]);
      runToTheEnd(world, peers);
      expect(accused(peers)).toEqual(['p2']);
    },
  );

  test.each(SEEDS)('a stalling source and one that claims everything (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [8 * MIB]), 50);
    const vices = [{ seed: true, vice: { stallsAfterBlocks: 4 } }, { vice: { claimsAll: true } }];
    const peers = swarmOf(world, [{ seed: true }, ...vices, {}, {}, {}]);
    runToTheEnd(world, peers);
    const slowestMs = Math.max(...leechersOf(peers).map((peer) => peer.completeMs ?? Infinity));
    expect(slowestMs).toBeLessThan(30_000);
    expect(accused(peers)).toEqual([]);
  });
});

describe('peers come and go', () => {
  test.each(SEEDS)('a third of the leechers vanish half way (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [12 * MIB]), 100);
    const peers = swarmOf(world, [{ seed: true }, {}, {}, {}, {}, {}, {}]);
    expect(world.runUntil(() => peers[1]!.swarm.status(0).heldBytes > 6 * MIB, LIMIT_MS)).toBe(true);
    for (const peer of [peers[2]!, peers[5]!]) peer.vanish();
    world.announce();
    runToTheEnd(world, peers);
    expect(accused(peers)).toEqual([]);
  });

  test.each(SEEDS)('the only source leaves once every piece is somewhere (seed $seed)', ({ seed }) => {
    const world = new World(seed, realContent(seed, [12 * MIB]), 100);
    const peers = swarmOf(world, [{ seed: true }, {}, {}, {}]);
    const size = 12 * MIB;
    const [source, ...others] = peers;
    expect(world.runUntil(() => hasAllTogether(others), LIMIT_MS)).toBe(true);
    source!.vanish();
    world.announce();
    runToTheEnd(world, peers);
    expect(source!.host.bytesUp).toBeLessThan(2 * size);
  });

  test('a leecher that comes late gets it from those that are there', () => {
    const world = new World(5, realContent(5, [8 * MIB]), 100);
    const peers = swarmOf(world, [{ seed: true }, {}, {}]);
    runToTheEnd(world, peers);
    peers[0]!.vanish();
    const late = world.add(peerOptions('late'));
    world.announce();
    runToTheEnd(world, [...peers, late]);
  });
});

function hasAllTogether(peers: readonly SimPeer[]): boolean {
  const size = peers[0]!.swarm.held?.size ?? 0;
  if (size === 0) return false;
  for (let piece = 0; piece < size; piece += 1) {
    if (!peers.some((peer) => peer.swarm.held?.get(piece) === true)) return false;
  }
  return true;
}

describe('a large swarm', () => {
  test('costs each peer no more than a small one, and everyone gets it', () => {
    const world = new World(1, countedContent(1, 4 * MIB));
    const peers = swarmOf(world, [{ seed: true }, ...Array.from({ length: 80 }, () => ({}))]);
    let most = 0;
    const done = world.runUntil(() => {
      if (world.steps % 10_000 === 0) most = Math.max(most, ...peers.map((peer) => peer.connections));
      return leechersOf(peers).every(isDone);
    }, LIMIT_MS);
    expect(done).toBe(true);
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(DEFAULT_SWARM_CONFIG.connectionsMax);
    const pieces = 16;
    const messages = Math.max(...peers.map((peer) => peer.messagesSent));
    expect(messages).toBeLessThan(2 * pieces * DEFAULT_SWARM_CONFIG.connectionsMax + 2_000);
  });
});

interface Race {
  readonly leechers: number;
  readonly rateMbit: number;
  readonly ratioMax: number;
  readonly seedUploadMax: number;
}

/** One source, everyone starts together: time over the bound, and how often the source had to send the file. */
function race(content: SimContent, seed: number, { leechers, rateMbit }: Race) {
  const world = new World(seed, content);
  const rate = mbit(rateMbit);
  const link = { rates: { up: rate, down: rate }, latencyMs: 0.5, bufferBytes: 512 * 1024 };
  const others = Array.from({ length: leechers }, () => ({ ...link }));
  const peers = swarmOf(world, [{ seed: true, ...link }, ...others]);
  const size = content.torrent.content.size;
  const boundMs = lowerBoundMs(
    size,
    rate,
    others.map(() => link.rates),
  );
  const done = world.runUntil(() => leechersOf(peers).every(isDone), 20 * boundMs);
  const lastMs = Math.max(...leechersOf(peers).map((peer) => peer.completeMs ?? Infinity));
  return { done, ratio: lastMs / boundMs, seedUpload: peers[0]!.host.bytesUp / size };
}

describe('near the physical limit: one source of 64 MiB', () => {
  const content = countedContent(1, 64 * MIB);
  test.each<Race>([
    { leechers: 1, rateMbit: 100, ratioMax: 1.1, seedUploadMax: 1.05 },
    { leechers: 4, rateMbit: 100, ratioMax: 1.15, seedUploadMax: 1.25 },
    { leechers: 8, rateMbit: 100, ratioMax: 1.15, seedUploadMax: 1.25 },
    { leechers: 16, rateMbit: 50, ratioMax: 1.15, seedUploadMax: 1.25 },
  ])('$leechers leechers at $rateMbit Mbit/s (seed 1)', (row) => {
    const { done, ratio, seedUpload } = race(content, 1, row);
    process.stdout.write(
      `${row.leechers} leechers: ${ratio.toFixed(3)} of the bound, source sent ${seedUpload.toFixed(3)} files\n`,
    );
    expect(done).toBe(true);
    expect(ratio).toBeLessThan(row.ratioMax);
    expect(seedUpload).toBeLessThan(row.seedUploadMax);
  });
});
