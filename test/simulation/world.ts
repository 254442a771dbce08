import { seededChance, type Chance } from '../../src/base/index.ts';
import type { SimContent } from './contents.ts';
import { EventQueue } from './event-queue.ts';
import { SimPeer, type SimPeerOptions } from './sim-peer.ts';

const PRESENCE_MS = 50;

/** Megabits a second in bytes a millisecond. */
export const mbit = (rate: number): number => (rate * 1e6) / 8 / 1000;

/** A whole swarm in virtual time. The same seed gives the same run on every machine. */
export class World {
  readonly queue = new EventQueue();
  readonly peers: SimPeer[] = [];
  readonly #byKey = new Map<string, SimPeer>();
  readonly #content: SimContent;
  readonly #chance: Chance;
  /** Looks at every peer after each so many steps; 0: never. */
  readonly #checkEvery: number;
  #steps = 0;

  constructor(seed: number, content: SimContent, checkEvery = 0) {
    this.#chance = seededChance(seed);
    this.#content = content;
    this.#checkEvery = checkEvery;
  }

  add(options: SimPeerOptions): SimPeer {
    const find = (key: string): SimPeer | undefined => this.#byKey.get(key);
    const peer = new SimPeer(this.queue, this.#content, this.#chance, find, options);
    this.peers.push(peer);
    this.#byKey.set(peer.key, peer);
    return peer;
  }

  /** Presence: everyone hears who is there. */
  announce(): void {
    this.queue.after(PRESENCE_MS, () => {
      const sources = this.peers
        .filter((peer) => peer.online)
        .map((peer) => ({ key: peer.key, seed: peer.options.seed || peer.completeMs !== undefined }));
      for (const peer of this.peers) peer.news((swarm, nowMs) => swarm.onSources(sources, nowMs));
    });
  }

  /** Until `done`, or nothing is left to happen, or the time is up. True if done. */
  runUntil(done: () => boolean, limitMs: number): boolean {
    while (this.queue.nowMs < limitMs) {
      if (done()) return true;
      if (!this.queue.step()) return done();
      this.#steps += 1;
      if (this.#checkEvery > 0 && this.#steps % this.#checkEvery === 0) this.check();
    }
    return done();
  }

  check(): void {
    for (const peer of this.peers) if (peer.online) peer.swarm.checkInvariants();
  }

  get steps(): number {
    return this.#steps;
  }
}

/** Least time in which store-and-forward peers can all have `size` bytes, ms. */
export function lowerBoundMs(
  size: number,
  seedUp: number,
  leechers: readonly { up: number; down: number }[],
): number {
  const slowest = Math.min(...leechers.map((leecher) => leecher.down));
  const allUp = leechers.reduce((sum, leecher) => sum + leecher.up, seedUp);
  return Math.max(size / seedUp, size / slowest, (leechers.length * size) / allUp);
}
