import { every, type Cancel, type Clock } from '../../base/index.ts';
import type { CallInput } from '../../api/index.ts';
import { FOREIGN_PER_EXCHANGE, type replicaApi } from '../replica-contract.ts';
import type { AnnounceSwarm, ForeignPeer } from './announce-swarm.ts';
import type { SwarmDirectory } from './swarm-directory.ts';

/** How long news are gathered. */
const GATHER_MS = 250;
/** Programs that stopped and of which another tracker is not told yet. Beyond them it finds out by their silence. */
const GONE_MAX = 5_000;

export type ForeignBatch = CallInput<(typeof replicaApi)['foreign']>['body'];

/** The way to one other tracker. */
export interface ExchangeLink {
  /** Which run of the other tracker is connected; undefined while none is. */
  readonly otherBoot: string | undefined;
  tellForeign(batch: ForeignBatch): Promise<unknown>;
}

interface Stopped {
  readonly swarm: AnnounceSwarm;
  readonly host: string;
  readonly port: number;
  readonly atMs: number;
}

/** What one other tracker is to be told. */
interface Outbox {
  readonly link: ExchangeLink;
  /** The run of it that has been told everything so far. */
  boot: string | undefined;
  readonly seen: Map<ForeignPeer, AnnounceSwarm>;
  gone: Stopped[];
  isBusy: boolean;
}

/**
 * Tells the other trackers of the programs that announce here: such a program announces to one tracker of a tier alone
 * (BEP 27), and is to be seen through all. Whoever connects is told of all, then of what changes.
 */
export class ForeignExchange {
  readonly #outboxes: readonly Outbox[];
  readonly #directory: SwarmDirectory;
  readonly #clock: Clock;
  readonly #stop: Cancel;

  constructor(links: Iterable<ExchangeLink>, directory: SwarmDirectory, clock: Clock) {
    this.#outboxes = [...links].map((link) => {
      return { link, boot: undefined, seen: new Map(), gone: [], isBusy: false };
    });
    this.#directory = directory;
    this.#clock = clock;
    this.#stop = every(clock, GATHER_MS, () => this.flush());
  }

  onSeen(swarm: AnnounceSwarm, peer: ForeignPeer): void {
    for (const { boot, seen } of this.#outboxes) if (boot !== undefined) seen.set(peer, swarm);
  }

  onStopped(swarm: AnnounceSwarm, host: string, port: number): void {
    const stopped = { swarm, host, port, atMs: this.#clock.nowMs() };
    for (const { boot, gone } of this.#outboxes)
      if (boot !== undefined && gone.length < GONE_MAX) gone.push(stopped);
  }

  flush(): void {
    for (const outbox of this.#outboxes) {
      this.#follow(outbox);
      const isEmpty = outbox.seen.size === 0 && outbox.gone.length === 0;
      if (outbox.boot === undefined || outbox.isBusy || isEmpty) continue;
      outbox.isBusy = true;
      void this.#send(outbox);
    }
  }

  close(): void {
    this.#stop();
  }

  /** A tracker that is away is told all when it returns, so that nothing need be kept for it. */
  #follow(outbox: Outbox): void {
    const { otherBoot } = outbox.link;
    if (otherBoot === outbox.boot) return;
    outbox.boot = otherBoot;
    outbox.seen.clear();
    outbox.gone = [];
    if (otherBoot === undefined) return;
    for (const { swarm, peer } of this.#directory.foreign()) if (peer.here) outbox.seen.set(peer, swarm);
  }

  async #send(outbox: Outbox): Promise<void> {
    try {
      await outbox.link.tellForeign(this.#take(outbox));
    } catch {
      outbox.boot = undefined;
    }
    outbox.isBusy = false;
  }

  #take(outbox: Outbox): ForeignBatch {
    const nowMs = this.#clock.nowMs();
    const peers: ForeignBatch['peers'] = [];
    for (const [peer, swarm] of outbox.seen) {
      if (peers.length === FOREIGN_PER_EXCHANGE) break;
      outbox.seen.delete(peer);
      const entry = entryOf(swarm, peer, nowMs);
      if (entry) peers.push(entry);
    }
    const gone = outbox.gone.splice(0, FOREIGN_PER_EXCHANGE).map(({ swarm, host, port, atMs }) => {
      return { gid: swarm.gid, hash: hexOf(swarm.hash), host, port, ageMs: Math.round(nowMs - atMs) };
    });
    return { peers, gone };
  }
}

/** Undefined for one that has gone meanwhile, or whose content nobody names any more. */
function entryOf(
  { gid, claims }: AnnounceSwarm,
  { uid, slot, seed, seenMs }: ForeignPeer,
  nowMs: number,
): ForeignBatch['peers'][number] | undefined {
  const [claim] = [...claims.values()].toSorted((a, b) => b.devices - a.devices);
  if (slot.at < 0 || !claim) return undefined;
  const { content, infoHash } = claim;
  const { host, port, peerId = '' } = slot;
  const ageMs = Math.round(nowMs - seenMs);
  return { gid, content, infoHash, uid, host, port, peerId: hexOf(peerId), seed, ageMs };
}

const hexOf = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('hex');
