import {
  addressKey,
  toHex,
  type ContentId,
  type GroupId,
  type InfoHash,
  type UserId,
} from '../../base/index.ts';
import { FOREIGN_DEVICE_PREFIX, type SwarmEvent, type SwarmPeer } from '../../api/index.ts';
import { SwarmNews, type SwarmRef } from '../swarm-news.ts';
import { AnnounceSwarm, slotOf, type Claim, type ForeignPeer } from './announce-swarm.ts';
import { OwnPeers } from './own-peers.ts';

/** How often other programs are asked to announce, at least and at most, and after how long without they are gone. */
export const INTERVAL_S = 300;
export const INTERVAL_MIN_S = 60;
export const FOREIGN_GONE_MS = 11 * 60_000;
/** How long an info-hash is known after the last peer under it has gone; so many of them at most. */
const IDLE_KEPT_MS = 24 * 60 * 60_000;
const IDLE_MAX = 50_000;
/** Programs of one member in one swarm; the one heard of least lately makes room. */
const PER_USER_AND_SWARM_MAX = 16;
const PER_USER_MAX = 10_000;
const PER_ADDRESS_MAX = 20_000;
const PER_SWARM_MAX = 20_000;
const FOREIGN_MAX = 200_000;
/** Programs of one swarm that a client is told of when it comes to it. */
const TOLD_MAX = 1_000;
/** Contents that one info-hash may be said to be. It is one in truth; a member may lie. */
const CLAIMS_MAX = 4;

/** What is known of a program that announces, here or at another tracker. */
export interface Sighting {
  readonly uid: UserId;
  readonly host: string;
  readonly port: number;
  /** 20 bytes as Latin-1 text. */
  readonly peerId: string;
  readonly seed: boolean;
  readonly seenMs: number;
  readonly here: boolean;
}

interface Group {
  readonly swarms: Map<string, AnnounceSwarm>;
  readonly byContent: Map<ContentId, Set<AnnounceSwarm>>;
}

/** All swarms in which others may announce: soft state, bounded, gone when nobody speaks of it. Pure: time is given. */
export class SwarmDirectory {
  readonly #groups = new Map<GroupId, Group>();
  readonly #own = new OwnPeers();
  readonly #counts = new Map<string, number>();
  /** Swarms without a peer, in the order in which they fell idle. */
  readonly #idle = new Map<AnnounceSwarm, number>();
  #foreign = 0;

  get counts(): { readonly swarms: number; readonly foreign: number } {
    let swarms = 0;
    for (const group of this.#groups.values()) swarms += group.swarms.size;
    return { swarms: swarms - this.#idle.size, foreign: this.#foreign };
  }

  groups(): GroupId[] {
    return [...this.#groups.keys()];
  }

  /** Undefined for an info-hash under which none of our own clients has had anything in this group. */
  find(gid: GroupId, hash: string): AnnounceSwarm | undefined {
    return this.#groups.get(gid)?.swarms.get(hash);
  }

  /** What our own clients announce has changed. Other programs that thereby belong to a content are news. */
  onOwn(events: readonly SwarmEvent[], nowMs: number): SwarmNews {
    const news = new SwarmNews();
    for (const { gid, content, peers, gone } of events) {
      for (const { uid, device } of gone) this.#settle(this.#own.drop(gid, content, uid, device), nowMs);
      for (const peer of peers) this.#putOwn({ gid, content }, peer, news, nowMs);
    }
    return news;
  }

  /** A program has announced. Text says why it is not taken in. */
  see(swarm: AnnounceSwarm, key: string, sighting: Sighting, news: SwarmNews): ForeignPeer | string {
    const known = swarm.foreign.get(key);
    if (known && known.uid === sighting.uid && known.slot.peerId === sighting.peerId) {
      known.seenMs = sighting.seenMs;
      known.here = sighting.here;
      if (known.seed !== sighting.seed) {
        swarm.setSeed(known, sighting.seed);
        tellCame(swarm, known, news);
      }
      return known;
    }
    if (known) this.#remove(swarm, key, known, news);
    return this.#welcome(swarm, key, sighting, news);
  }

  /** It said `atMs` that it stops. False if it was not here, or has been heard of since. */
  stop(swarm: AnnounceSwarm, key: string, atMs: number, news: SwarmNews): boolean {
    const known = swarm.foreign.get(key);
    if (!known || known.seenMs > atMs) return false;
    this.#remove(swarm, key, known, news);
    this.#settle(swarm, atMs);
    return true;
  }

  /** The swarm of an info-hash that another tracker speaks of. */
  open(gid: GroupId, content: ContentId, infoHash: InfoHash, news: SwarmNews, nowMs: number): AnnounceSwarm {
    const swarm = this.#swarm(gid, wireHash(infoHash), nowMs);
    this.#claim(swarm, content, infoHash, news);
    return swarm;
  }

  onTime(nowMs: number): SwarmNews {
    const news = new SwarmNews();
    this.#removeAll((peer) => nowMs - peer.seenMs > FOREIGN_GONE_MS, news, nowMs);
    for (const [swarm, sinceMs] of this.#idle) {
      if (nowMs - sinceMs <= IDLE_KEPT_MS && this.#idle.size <= IDLE_MAX) break;
      this.#forget(swarm);
    }
    return news;
  }

  /** Who counts as a member from now on. */
  onMembers(gid: GroupId, members: ReadonlySet<UserId>, nowMs: number): SwarmNews {
    const news = new SwarmNews();
    this.#removeAll((peer) => !members.has(peer.uid), news, nowMs, this.#groups.get(gid));
    return news;
  }

  /** Other programs that have or fetch a content, as our own clients are told of them: as many as a client has use for. */
  swarm({ gid, content }: SwarmRef): SwarmPeer[] {
    const peers: SwarmPeer[] = [];
    for (const { swarm, claim } of this.#claimsOf(gid, content)) {
      for (const peer of swarm.foreign.values()) {
        if (peers.length === TOLD_MAX) return peers;
        peers.push(peerOf(peer, claim));
      }
    }
    return peers;
  }

  /** How many other programs have and fetch each content of a group; contents without any are left out. */
  swarmsOf(gid: GroupId): Map<ContentId, { seeds: number; leechers: number }> {
    const counts = new Map<ContentId, { seeds: number; leechers: number }>();
    for (const content of this.#groups.get(gid)?.byContent.keys() ?? []) {
      const count = { seeds: 0, leechers: 0 };
      for (const { swarm } of this.#claimsOf(gid, content))
        for (const { seed } of swarm.foreign.values()) count[seed ? 'seeds' : 'leechers'] += 1;
      if (count.seeds + count.leechers > 0) counts.set(content, count);
    }
    return counts;
  }

  /** Every program with its swarm. */
  *foreign(): Generator<{ readonly swarm: AnnounceSwarm; readonly peer: ForeignPeer }> {
    for (const { swarms } of this.#groups.values())
      for (const swarm of swarms.values()) for (const peer of swarm.foreign.values()) yield { swarm, peer };
  }

  *#claimsOf(gid: GroupId, content: ContentId): Generator<{ swarm: AnnounceSwarm; claim: Claim }> {
    for (const swarm of this.#groups.get(gid)?.byContent.get(content) ?? [])
      for (const claim of swarm.claims.values()) if (claim.content === content) yield { swarm, claim };
  }

  #putOwn(ref: SwarmRef, peer: SwarmPeer, news: SwarmNews, nowMs: number): void {
    if (/^0*$/.test(peer.infoHash)) {
      this.#settle(this.#own.drop(ref.gid, ref.content, peer.uid, peer.device), nowMs);
      return;
    }
    const swarm = this.#swarm(ref.gid, wireHash(peer.infoHash), nowMs);
    const claim = this.#claim(swarm, ref.content, peer.infoHash, news);
    const left = this.#own.put(ref, peer, swarm, claim);
    this.#settle(left, nowMs);
    this.#settle(swarm, nowMs);
  }

  #welcome(
    swarm: AnnounceSwarm,
    key: string,
    { uid, host, port, peerId, seed, seenMs, here }: Sighting,
    news: SwarmNews,
  ): ForeignPeer | string {
    const slot = slotOf(host, port, peerId);
    const source = addressKey(host);
    if (slot === undefined) return 'this address cannot be announced';
    this.#makeRoom(swarm, uid, news);
    const isFull = this.#foreign >= FOREIGN_MAX || swarm.foreign.size >= PER_SWARM_MAX;
    if (isFull || this.#countOf(uid) >= PER_USER_MAX || this.#countOf(source) >= PER_ADDRESS_MAX)
      return 'this tracker keeps no more peers of this kind; try again later';
    const peer = { uid, slot, slots: [slot], source, seed, seenMs, here, toldMs: -Infinity };
    swarm.foreign.set(key, peer);
    swarm.add(peer);
    this.#count(peer, 1);
    this.#idle.delete(swarm);
    tellCame(swarm, peer, news);
    return peer;
  }

  #makeRoom(swarm: AnnounceSwarm, uid: UserId, news: SwarmNews): void {
    if (this.#countOf(uid) < PER_USER_AND_SWARM_MAX) return;
    let count = 0;
    let oldest: [string, ForeignPeer] | undefined;
    for (const entry of swarm.foreign) {
      if (entry[1].uid !== uid) continue;
      count += 1;
      if (oldest === undefined || entry[1].seenMs < oldest[1].seenMs) oldest = entry;
    }
    if (oldest && count >= PER_USER_AND_SWARM_MAX) this.#remove(swarm, ...oldest, news);
  }

  #remove(swarm: AnnounceSwarm, key: string, peer: ForeignPeer, news: SwarmNews): void {
    swarm.foreign.delete(key);
    swarm.remove(peer);
    this.#count(peer, -1);
    for (const { content } of swarm.claims.values())
      news.went({ gid: swarm.gid, content }, { uid: peer.uid, device: deviceOf(peer) });
  }

  #removeAll(isGone: (peer: ForeignPeer) => boolean, news: SwarmNews, nowMs: number, only?: Group): void {
    for (const { swarms } of only ? [only] : this.#groups.values()) {
      for (const swarm of swarms.values()) {
        for (const [key, peer] of swarm.foreign) if (isGone(peer)) this.#remove(swarm, key, peer, news);
        this.#settle(swarm, nowMs);
      }
    }
  }

  #swarm(gid: GroupId, hash: string, nowMs: number): AnnounceSwarm {
    const group = this.#groups.get(gid) ?? { swarms: new Map(), byContent: new Map() };
    this.#groups.set(gid, group);
    const known = group.swarms.get(hash);
    if (known) return known;
    const swarm = new AnnounceSwarm(gid, hash);
    group.swarms.set(hash, swarm);
    this.#settle(swarm, nowMs);
    return swarm;
  }

  /** Undefined where there is no room for another claim: all of them have devices behind them. */
  #claim(swarm: AnnounceSwarm, content: ContentId, infoHash: InfoHash, news: SwarmNews): Claim | undefined {
    const key = `${content}/${infoHash}`;
    const known = swarm.claims.get(key);
    if (known) return known;
    if (swarm.claims.size >= CLAIMS_MAX && !this.#dropIdleClaim(swarm)) return undefined;
    const claim = { content, infoHash, devices: 0 };
    swarm.claims.set(key, claim);
    const { byContent } = this.#groups.get(swarm.gid) as Group;
    byContent.set(content, (byContent.get(content) ?? new Set()).add(swarm));
    for (const peer of swarm.foreign.values()) news.came({ gid: swarm.gid, content }, peerOf(peer, claim));
    return claim;
  }

  #dropIdleClaim(swarm: AnnounceSwarm): boolean {
    for (const [key, { devices, content }] of swarm.claims) {
      if (devices > 0) continue;
      swarm.claims.delete(key);
      this.#disown(swarm, content);
      return true;
    }
    return false;
  }

  #disown(swarm: AnnounceSwarm, content: ContentId): void {
    if ([...swarm.claims.values()].some((claim) => claim.content === content)) return;
    const group = this.#groups.get(swarm.gid);
    const swarms = group?.byContent.get(content);
    swarms?.delete(swarm);
    if (swarms?.size === 0) group?.byContent.delete(content);
  }

  /** Notes whether a swarm is idle. */
  #settle(swarm: AnnounceSwarm | undefined, nowMs: number): void {
    if (swarm === undefined) return;
    if (swarm.size > 0) this.#idle.delete(swarm);
    else if (!this.#idle.has(swarm)) this.#idle.set(swarm, nowMs);
  }

  #forget(swarm: AnnounceSwarm): void {
    this.#idle.delete(swarm);
    const group = this.#groups.get(swarm.gid);
    group?.swarms.delete(swarm.hash);
    const contents = [...swarm.claims.values()].map(({ content }) => content);
    swarm.claims.clear();
    for (const content of contents) this.#disown(swarm, content);
    if (group?.swarms.size === 0) this.#groups.delete(swarm.gid);
  }

  #countOf(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  #count({ uid, source }: ForeignPeer, more: 1 | -1): void {
    this.#foreign += more;
    for (const name of [uid, source]) {
      const count = this.#countOf(name) + more;
      if (count > 0) this.#counts.set(name, count);
      else this.#counts.delete(name);
    }
  }
}

/** An info-hash as it goes over the wire: cut to 20 bytes (BEP 52), as Latin-1 text. */
export const wireHash = (infoHash: InfoHash): string =>
  Buffer.from(infoHash.slice(0, 40), 'hex').toString('latin1');

function tellCame(swarm: AnnounceSwarm, peer: ForeignPeer, news: SwarmNews): void {
  for (const claim of swarm.claims.values())
    news.came({ gid: swarm.gid, content: claim.content }, peerOf(peer, claim));
}

/** The same at every tracker; our own devices' names are drawn by chance. */
const deviceOf = ({ slot }: ForeignPeer): string => `${FOREIGN_DEVICE_PREFIX}${toHex(slot.bytes)}`;

function peerOf(peer: ForeignPeer, { infoHash }: Claim): SwarmPeer {
  const { host, port, peerId = '' } = peer.slot;
  return {
    uid: peer.uid,
    device: deviceOf(peer),
    boot: Buffer.from(peerId, 'latin1').toString('hex'),
    port,
    addresses: [{ host, port }],
    infoHash,
    have: peer.seed ? 1 : 0,
    seed: peer.seed,
  };
}
