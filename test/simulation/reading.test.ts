import { describe, expect, test } from 'vitest';
import { countedContent } from './contents.ts';
import type { SimPeer } from './sim-peer.ts';
import { mbit, World } from './world.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 300_000;
const content = countedContent(1, 256 * MIB);
const PIECES = content.torrent.content.pieceCount;
const LINK = { rates: { up: mbit(50), down: mbit(100) }, latencyMs: 10, bufferBytes: 256 * 1024 };

interface Reading {
  readonly world: World;
  readonly peer: SimPeer;
}

function begin(seeds: readonly Partial<typeof LINK>[], of = content, poolBytes = Infinity): Reading {
  const world = new World(1, of);
  for (const [n, link] of seeds.entries()) world.add({ name: `seed${n}`, seed: true, ...LINK, ...link });
  const peer = world.add({ name: 'bob', seed: false, poolBytes, ...LINK });
  world.announce();
  expect(world.runUntil(() => (peer.swarm.held?.count ?? 0) > 4, LIMIT_MS)).toBe(true);
  return { world, peer };
}

/** Reads `pieces` pieces from `at` on, each as soon as it is there; how long each was waited for, ms. */
function read({ world, peer }: Reading, id: number, at: number, pieces: number): number[] {
  const waits: number[] = [];
  for (let piece = at; piece < at + pieces; piece += 1) {
    const sinceMs = world.queue.nowMs;
    peer.news((swarm, nowMs) => swarm.read(id, piece, PIECES, nowMs));
    expect(world.runUntil(() => peer.swarm.held!.get(piece), LIMIT_MS)).toBe(true);
    waits.push(world.queue.nowMs - sinceMs);
  }
  return waits;
}

const sum = (waits: readonly number[]): number => waits.reduce((all, wait) => all + wait, 0);

describe('who reads while it loads', () => {
  test('has what is near the end long before the download is complete, in order, and can jump', () => {
    const reading = begin([{}, {}, {}]);
    const { world, peer } = reading;
    const [first = Infinity, ...rest] = read(reading, 1, PIECES - 40, 40);
    expect(first).toBeLessThan(400);
    // 100 Mbit/s bring a piece of 256 KiB in 21 ms.
    expect(sum(rest) / rest.length).toBeLessThan(40);
    const jump = read(reading, 1, 100, 20);
    expect(jump[0]).toBeLessThan(400);
    expect(sum(jump.slice(1)) / 19).toBeLessThan(40);
    expect(peer.swarm.held!.count).toBeLessThan(PIECES / 4);
    peer.news((swarm) => swarm.endRead(1));
    expect(world.runUntil(() => peer.completeMs !== undefined, LIMIT_MS)).toBe(true);
  });

  test('the rest goes on with what is left, and reading costs the download no time', () => {
    const plain = begin([{}, {}]);
    expect(plain.world.runUntil(() => plain.peer.completeMs !== undefined, LIMIT_MS)).toBe(true);
    const reading = begin([{}, {}]);
    read(reading, 1, 500, 300);
    expect(reading.world.runUntil(() => reading.peer.completeMs !== undefined, LIMIT_MS)).toBe(true);
    expect(reading.peer.completeMs).toBeLessThan(1.05 * plain.peer.completeMs!);
  });

  test('of several readers none waits for another to come to its end', () => {
    const { world, peer } = begin([{}, {}]);
    const starts = [100, 400, 900];
    const move = (): void => {
      for (const [id, at] of starts.entries()) peer.news((swarm, now) => swarm.read(id, at, PIECES, now));
    };
    move();
    const sinceMs = world.queue.nowMs;
    const hasFirst = (): boolean =>
      starts.every((at) => peer.swarm.held!.get(at) && peer.swarm.held!.get(at + 9));
    expect(world.runUntil(hasFirst, LIMIT_MS)).toBe(true);
    expect(world.queue.nowMs - sinceMs).toBeLessThan(30 * 25 + 600);
  });

  test('one of those who give is slow: what is waited for comes from another as well', () => {
    const reading = begin([{}, { rates: { up: mbit(0.5), down: mbit(100) } }]);
    const waits = read(reading, 1, 600, 100);
    expect(Math.max(...waits.slice(1))).toBeLessThan(600);
  });

  test('who has what it asked for and stays is forgotten after a while', () => {
    const { world, peer } = begin([{ rates: { up: mbit(2), down: mbit(2) } }]);
    read({ world, peer }, 1, 800, 1);
    const near = (): number => [...peer.swarm.held!.ones()].filter((piece) => piece >= 800).length;
    world.runUntil(() => false, world.queue.nowMs + 25_000);
    const then = near();
    expect(then).toBeGreaterThan(20);
    // 2 Mbit/s are one piece a second: of the window some are left when it goes.
    world.runUntil(() => false, world.queue.nowMs + 10_000);
    const before = near();
    world.runUntil(() => false, world.queue.nowMs + 20_000);
    expect(near() - before).toBeLessThan(12);
  });
});

describe('pieces so large that few fit into memory', () => {
  test.each([2, 3, 100])(
    'room for %d: a jump has its piece as soon as what is on its way has come',
    (room) => {
      const large = countedContent(2, 1024 ** 4);
      const { pieceLength, pieceCount } = large.torrent.content;
      const { world, peer } = begin([{}, {}, {}], large, room * pieceLength);
      const sinceMs = world.queue.nowMs;
      peer.news((swarm, nowMs) => swarm.read(1, pieceCount - 2, pieceCount, nowMs));
      expect(world.runUntil(() => peer.swarm.held!.get(pieceCount - 2), LIMIT_MS)).toBe(true);
      world.check();
      expect(world.queue.nowMs - sinceMs).toBeLessThan(1.5 * (pieceLength / mbit(100)) + 600);
      expect(world.runUntil(() => peer.swarm.held!.get(pieceCount - 1), LIMIT_MS)).toBe(true);
    },
  );
});
