import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Priority } from '../../src/swarm/index.ts';
import { realContent, type SimContent } from './contents.ts';
import type { SimPeer } from './sim-peer.ts';
import { mbit, World } from './world.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMIT_MS = 120_000;
const FILES = [3 * MIB, 300 * KIB, 0, 2 * MIB + 5, 16 * KIB, MIB];
const content = realContent(1, FILES);
const LINK = { rates: { up: mbit(40), down: mbit(40) }, latencyMs: 5, bufferBytes: 256 * KIB };

const seedOf = (world: World, name = 'seed'): SimPeer => world.add({ name, seed: true, ...LINK });

/** Files of which every piece is held. */
function filesHeld(peer: SimPeer, { torrent }: SimContent): number[] {
  const held = peer.swarm.held!;
  return torrent.content.files.flatMap(({ firstPiece, pieceCount, length }, file) => {
    for (let at = 0; at < pieceCount; at += 1) if (!held.get(firstPiece + at)) return [];
    return length > 0 ? [file] : [];
  });
}

/** Pieces in the order in which they were stored. */
const storedOrder = (peer: SimPeer): number[] => [...peer.stored.keys()];

const fileOfPiece = (piece: number): number =>
  content.torrent.content.files.findLastIndex((file) => file.pieceCount > 0 && file.firstPiece <= piece);

describe('a choice of files', () => {
  test('only what is wanted is fetched, it is complete with that, and goes on when more is wanted', () => {
    const world = new World(1, content, 50);
    seedOf(world);
    const priorities: Priority[] = ['skip', 'normal', 'skip', 'skip', 'normal', 'skip'];
    const peer = world.add({ name: 'bob', seed: false, ...LINK, priorities });
    world.announce();
    expect(world.runUntil(() => peer.completeMs !== undefined, LIMIT_MS)).toBe(true);
    expect(filesHeld(peer, content)).toEqual([1, 4]);
    expect(new Set(storedOrder(peer).map(fileOfPiece))).toEqual(new Set([1, 4]));
    expect(peer.swarm.status(world.queue.nowMs)).toMatchObject({
      isComplete: false,
      isSatisfied: true,
      wantedBytes: 316 * KIB,
      lackingBytes: 0,
    });

    // Long after its connections were closed for want of anything to do.
    world.runUntil(() => false, world.queue.nowMs + 200_000);
    peer.news((swarm, nowMs) => swarm.choose(priorities.with(3, 'high'), nowMs));
    const askedMs = world.queue.nowMs;
    expect(world.runUntil(() => filesHeld(peer, content).length === 3, askedMs + 10_000)).toBe(true);
    expect(filesHeld(peer, content)).toEqual([1, 3, 4]);
    peer.news((swarm, nowMs) => swarm.choose([], nowMs));
    expect(world.runUntil(() => peer.swarm.held!.isComplete, LIMIT_MS + 200_000)).toBe(true);
    expect(peer.hasTruth()).toBe(true);
  });

  test('a higher priority comes first', () => {
    const world = new World(2, content, 50);
    seedOf(world);
    const priorities: Priority[] = ['normal', 'high', 'low', 'high', 'low', 'low'];
    const peer = world.add({ name: 'bob', seed: false, ...LINK, priorities });
    world.announce();
    expect(world.runUntil(() => peer.completeMs !== undefined, LIMIT_MS)).toBe(true);
    // Hashes of large files come a little later: what is known already is not left lying for them.
    const ranks = storedOrder(peer).slice(3);
    const ofRank = ranks.map((piece) => priorities[fileOfPiece(piece)]!);
    expect(ofRank.lastIndexOf('high')).toBeLessThan(ofRank.indexOf('low'));
    expect(ofRank.lastIndexOf('normal')).toBeLessThan(ofRank.indexOf('low') + 2);
  });

  test('a source of several suggests what is rarest: whoever wants something else more is not misled', () => {
    const highMs = (priorities: Priority[]): number => {
      const world = new World(2, content);
      seedOf(world);
      const peer = world.add({ name: 'bob', seed: false, ...LINK, priorities });
      for (const name of ['carol', 'dave', 'erin']) world.add({ name, seed: false, ...LINK });
      world.announce();
      const hasBoth = (): boolean => [1, 3].every((file) => filesHeld(peer, content).includes(file));
      expect(world.runUntil(() => peer.swarm.held !== undefined && hasBoth(), LIMIT_MS)).toBe(true);
      return world.queue.nowMs;
    };
    const first = highMs(['normal', 'high', 'low', 'high', 'low', 'low']);
    expect(first).toBeLessThan(0.92 * highMs([]));
    expect(highMs(['skip', 'normal', 'skip', 'normal', 'skip', 'skip'])).toBeLessThan(1.15 * first);
  });

  test('two who chose differently give each other what they have, and a part serves those who want it', () => {
    const world = new World(3, content, 50);
    const seed = seedOf(world);
    const bob = world.add({
      name: 'bob',
      seed: false,
      ...LINK,
      priorities: ['normal', 'skip', 'skip', 'skip', 'skip', 'skip'],
    });
    world.announce();
    expect(world.runUntil(() => bob.completeMs !== undefined, LIMIT_MS)).toBe(true);
    seed.vanish();
    const carol = world.add({ name: 'carol', seed: false, ...LINK, hasMetadata: true });
    world.announce();
    expect(world.runUntil(() => filesHeld(carol, content).includes(0), LIMIT_MS)).toBe(true);
    expect(filesHeld(carol, content)).toEqual([0]);
    expect(bob.swarm.status(world.queue.nowMs).lackingBytes).toBe(0);
  });

  test('changed at will amid the download, among liars, it ends with what was wanted last, and every state is sound', () => {
    const priority = fc.constantFrom<Priority>('skip', 'low', 'normal', 'high');
    const choice = fc.array(priority, { minLength: FILES.length, maxLength: FILES.length });
    const changes = fc.array(fc.record({ afterMs: fc.nat(400), choice }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(), changes, (seed, steps) => {
        const world = new World(seed, content, 7);
        seedOf(world);
        seedOf(world, 'second');
        world.add({ name: 'liar', seed: true, ...LINK, vice: { lies: 0.05 } });
        const peer = world.add({ name: 'bob', seed: false, ...LINK });
        world.announce();
        for (const step of steps) {
          world.runUntil(() => false, world.queue.nowMs + 100 + step.afterMs);
          peer.news((swarm, nowMs) => swarm.choose(step.choice, nowMs));
          world.check();
        }
        const last = steps.at(-1)!.choice;
        const isDone = (): boolean => peer.swarm.status(world.queue.nowMs).isSatisfied;
        expect(world.runUntil(isDone, world.queue.nowMs + LIMIT_MS)).toBe(true);
        const held = new Set(filesHeld(peer, content));
        for (const [file, { length }] of content.torrent.content.files.entries()) {
          if (last[file] !== 'skip' && length > 0) expect(held.has(file)).toBe(true);
        }
        for (const [piece, bytes] of peer.stored) {
          const { firstPiece } = content.torrent.content.files[fileOfPiece(piece)]!;
          const at = (piece - firstPiece) * content.torrent.content.pieceLength;
          expect(
            Buffer.compare(bytes, content.files![fileOfPiece(piece)]!.subarray(at, at + bytes.length)),
          ).toBe(0);
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});
