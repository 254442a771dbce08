import type { SwarmConfig } from '../../src/swarm/index.ts';
import type { SimContent } from './contents.ts';
import type { SimPeer, SimPeerOptions } from './sim-peer.ts';
import { lowerBoundMs, mbit, World } from './world.ts';

/** One source that has a content, and leechers that want it. */
export interface Distribution {
  readonly leechers: number;
  /** Of every link, each way. */
  readonly rateMbit: number;
  readonly latencyMs: number;
  /** Leechers come so far apart. @default 0 */
  readonly staggerMs?: number;
  /** So many upload at a tenth of the rate. @default 0 */
  readonly slow?: number;
  /** So many vanish at half of the bound, and do not count. @default 0 */
  readonly vanish?: number;
  /** Of all peers alike. */
  readonly config?: Partial<SwarmConfig>;
}

export interface Outcome {
  readonly done: boolean;
  /** Until the last one has it, over what is possible at all. */
  readonly ratio: number;
  readonly boundMs: number;
  /** What the source has sent, in sizes of the content. */
  readonly sourceUpload: number;
  /** Of a leecher: mean and most. */
  readonly messages: readonly [number, number];
  readonly connections: readonly [number, number];
}

const BUFFER_BYTES = 512 * 1024;

/** Runs a distribution in virtual time to its end, or up to 20 times the bound. */
export function distribute(seed: number, content: SimContent, distribution: Distribution): Outcome {
  const world = new World(seed, content);
  const { leechers, staggerMs = 0, vanish = 0 } = distribution;
  const source = world.add(optionsOf(distribution, 0));
  const others: SimPeer[] = [];
  for (let n = 1; n <= leechers; n += 1) {
    const join = (): void => {
      others.push(world.add(optionsOf(distribution, n)));
      if (staggerMs > 0 || n === leechers) world.announce();
    };
    if (staggerMs > 0) world.queue.at((n - 1) * staggerMs, join);
    else join();
  }
  const boundMs = boundOf(content, distribution);
  if (vanish > 0) world.queue.at(boundMs / 2, () => leave(world, others.slice(-vanish)));
  const stay = leechers - vanish;
  const hasEnded = (): boolean =>
    others.length === leechers && others.slice(0, stay).every((peer) => peer.completeMs !== undefined);
  const connections = new Map<SimPeer, number>();
  const done = world.runUntil(() => {
    if (world.steps % 5_000 === 0) noteConnections(connections, others);
    return world.steps % 64 === 0 && hasEnded();
  }, 20 * boundMs);
  noteConnections(connections, others);
  const lastMs = Math.max(...others.slice(0, stay).map((peer) => peer.completeMs ?? Infinity));
  return {
    done,
    ratio: lastMs / boundMs,
    boundMs,
    sourceUpload: source.host.bytesUp / content.torrent.content.size,
    messages: meanAndMost(others.map((peer) => peer.messagesSent)),
    connections: meanAndMost([...connections.values()]),
  };
}

function optionsOf({ rateMbit, latencyMs, slow = 0, config }: Distribution, n: number): SimPeerOptions {
  const down = mbit(rateMbit);
  const up = n >= 1 && n <= slow ? down / 10 : down;
  return {
    name: `p${n}`,
    seed: n === 0,
    rates: { up, down },
    latencyMs,
    bufferBytes: BUFFER_BYTES,
    ...(config && { config }),
  };
}

/** As a machine that is unplugged: presence notices it a little later. */
function leave(world: World, peers: readonly SimPeer[]): void {
  for (const peer of peers) peer.vanish();
  world.announce();
}

function boundOf(
  content: SimContent,
  { leechers, rateMbit, staggerMs = 0, slow = 0, vanish = 0 }: Distribution,
): number {
  const { size } = content.torrent.content;
  const rate = mbit(rateMbit);
  const links = Array.from({ length: leechers - vanish }, (_, n) => ({
    up: n < slow ? rate / 10 : rate,
    down: rate,
  }));
  return Math.max(lowerBoundMs(size, rate, links), (leechers - 1) * staggerMs + size / rate);
}

function noteConnections(most: Map<SimPeer, number>, peers: readonly SimPeer[]): void {
  for (const peer of peers) most.set(peer, Math.max(most.get(peer) ?? 0, peer.connections));
}

function meanAndMost(values: readonly number[]): readonly [number, number] {
  const sum = values.reduce((total, value) => total + value, 0);
  return [sum / Math.max(1, values.length), values.reduce((most, value) => Math.max(most, value), 0)];
}
