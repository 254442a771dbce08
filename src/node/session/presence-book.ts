import type { SwarmEvent, SwarmPeer } from '../../api/index.ts';
import type { ContentId, GroupId } from '../../base/index.ts';
import type { OwnContent, PeerEntry } from '../seams.ts';

/** Devices of one content that are remembered; more are not needed to find enough neighbours. */
const PEERS_PER_CONTENT_MAX = 2_000;
/** How long what a lost tracker said is still believed. */
export const STALE_AFTER_MS = 10_000;

interface Sighting {
  readonly entry: PeerEntry;
  readonly seenMs: number;
}

/** What one tracker says of one content's swarm: by device. */
type Swarm = Map<string, Sighting>;

/**
 * Who is online with what, as all trackers together say. A tracker that is lost is believed for a while longer, so that
 * its loss alone makes nobody vanish. Pure: time is given.
 */
export class PresenceBook {
  readonly #ownKey: string;
  /** By content, then by tracker. */
  readonly #swarms = new Map<string, Map<string, Swarm>>();
  readonly #lostMs = new Map<string, number>();

  /** `ownKey`: `<uid>/<device>` of this process, which is never listed. */
  constructor(ownKey: string) {
    this.#ownKey = ownKey;
  }

  /** Contents that are asked about; what is known of others is forgotten, and news of them is dropped. */
  watch(contents: readonly Pick<OwnContent, 'gid' | 'content'>[]): void {
    const wanted = new Set(contents.map(({ gid, content }) => swarmKey(gid, content)));
    for (const key of this.#swarms.keys()) if (!wanted.has(key)) this.#swarms.delete(key);
    for (const key of wanted) if (!this.#swarms.has(key)) this.#swarms.set(key, new Map());
  }

  /** True if the answer of `peersOf` may have changed. */
  onSwarm(tracker: string, event: SwarmEvent, nowMs: number): boolean {
    const trackers = this.#swarms.get(swarmKey(event.gid, event.content));
    if (!trackers) return false;
    const swarm: Swarm = trackers.get(tracker) ?? new Map<string, Sighting>();
    trackers.set(tracker, swarm);
    for (const { uid, device } of event.gone) swarm.delete(`${uid}/${device}`);
    for (const peer of event.peers) {
      const entry = toEntry(peer);
      if (entry.key === this.#ownKey) continue;
      if (swarm.size < PEERS_PER_CONTENT_MAX || swarm.has(entry.key))
        swarm.set(entry.key, { entry, seenMs: nowMs });
    }
    return true;
  }

  /** The tracker tells its swarms anew after this. */
  onUp(tracker: string): void {
    this.#lostMs.delete(tracker);
    for (const trackers of this.#swarms.values()) trackers.delete(tracker);
  }

  onDown(tracker: string, nowMs: number): void {
    this.#lostMs.set(tracker, nowMs);
  }

  /** Drops what lost trackers said too long ago; returns the contents whose swarms changed. */
  expire(nowMs: number): { readonly gid: GroupId; readonly content: ContentId }[] {
    const changed: { gid: GroupId; content: ContentId }[] = [];
    for (const [tracker, lostMs] of this.#lostMs) {
      if (nowMs - lostMs < STALE_AFTER_MS) continue;
      this.#lostMs.delete(tracker);
      for (const [key, trackers] of this.#swarms)
        if (trackers.delete(tracker)) changed.push(parseSwarmKey(key));
    }
    return changed;
  }

  /** Where trackers differ about a device, the latest word counts. */
  peersOf(gid: GroupId, content: ContentId): PeerEntry[] {
    const latest = new Map<string, Sighting>();
    for (const swarm of this.#swarms.get(swarmKey(gid, content))?.values() ?? []) {
      for (const [key, sighting] of swarm) {
        const other = latest.get(key);
        if (!other || other.seenMs <= sighting.seenMs) latest.set(key, sighting);
      }
    }
    return [...latest.values()].map(({ entry }) => entry);
  }
}

const swarmKey = (gid: GroupId, content: ContentId): string => `${gid}/${content}`;
function parseSwarmKey(key: string): { gid: GroupId; content: ContentId } {
  const [gid, content] = key.split('/');
  return { gid: gid as GroupId, content: content as ContentId };
}

const toEntry = (peer: SwarmPeer): PeerEntry => ({
  key: `${peer.uid}/${peer.device}`,
  uid: peer.uid,
  device: peer.device,
  boot: peer.boot,
  addresses: peer.addresses.slice(0, 8),
  infoHash: peer.infoHash,
  seed: peer.seed,
  have: peer.have,
});
