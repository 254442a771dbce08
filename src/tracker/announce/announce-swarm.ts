import type { Chance, ContentId, GroupId, InfoHash, UserId } from '../../base/index.ts';
import { isLoopback } from '../address-key.ts';
import { compactAddress } from './compact-address.ts';
import { PackedPeers, type Slot } from './packed-peers.ts';

/** The bytes of an address, by family. */
export type Width = 6 | 18;

/** A peer as those who announce are told of it. */
export interface ListedPeer {
  readonly slots: readonly Slot[];
  seed: boolean;
}

/** Another BitTorrent program that announced. */
export interface ForeignPeer extends ListedPeer {
  /** The member in whose name it announces. */
  readonly uid: UserId;
  readonly slot: Slot;
  /** What limits by address count under. */
  readonly source: string;
  seenMs: number;
  /** It announced at this tracker last, which then tells the others. */
  here: boolean;
  /** When the others were told of it last. */
  toldMs: number;
}

/** What an info-hash is, in the words of our own clients. */
export interface Claim {
  readonly content: ContentId;
  readonly infoHash: InfoHash;
  /** Our own devices that say so now. */
  devices: number;
}

/** Who asks a swarm for peers. */
export interface Asker {
  readonly peer: ListedPeer | undefined;
  /** A seed has no use for seeds. */
  readonly seed: boolean;
  /** It is on the tracker's own machine, so that loopback addresses lead somewhere. */
  readonly isLocal: boolean;
  readonly wanted: number;
}

/** A part of an answer: so many of one list. */
export interface Part {
  readonly list: PackedPeers;
  readonly wanted: number;
  readonly skip: Slot | undefined;
}

/** Everybody under one info-hash in one group: those who announce here, and our own clients. */
export class AnnounceSwarm {
  readonly gid: GroupId;
  /** 20 bytes as Latin-1 text. */
  readonly hash: string;
  /** By content and whole info-hash. */
  readonly claims = new Map<string, Claim>();
  /** By address and port, as Latin-1 text of their bytes. */
  readonly foreign = new Map<string, ForeignPeer>();
  complete = 0;
  incomplete = 0;
  /** Downloads that ended since this tracker knows the swarm. */
  downloaded = 0;
  /** By `listIndex`; made when needed. */
  readonly #lists: (PackedPeers | undefined)[] = [];

  constructor(gid: GroupId, hash: string) {
    this.gid = gid;
    this.hash = hash;
  }

  get size(): number {
    return this.complete + this.incomplete;
  }

  add(peer: ListedPeer): void {
    if (peer.seed) this.complete += 1;
    else this.incomplete += 1;
    for (const slot of peer.slots) this.#listOf(slot, peer.seed).add(slot);
  }

  remove(peer: ListedPeer): void {
    if (peer.seed) this.complete -= 1;
    else this.incomplete -= 1;
    for (const slot of peer.slots) this.#listOf(slot, peer.seed).remove(slot);
  }

  setSeed(peer: ListedPeer, seed: boolean): void {
    if (peer.seed === seed) return;
    this.remove(peer);
    peer.seed = seed;
    this.add(peer);
  }

  /** From which lists to take how many addresses of one family: about as the lists are in size, and of each at least one. */
  partsFor(width: Width, { peer, seed, isLocal, wanted }: Asker): Part[] {
    const own = peer?.slots[0];
    const parts: Part[] = [];
    let there = 0;
    for (const ofSeeds of seed ? [false] : [true, false]) {
      for (const local of isLocal ? [true, false] : [false]) {
        const list = this.#lists[listIndex(width, ofSeeds, local)];
        if (list === undefined) continue;
        const skip = list.has(own) ? own : undefined;
        const usable = list.count - (skip ? 1 : 0);
        if (usable === 0) continue;
        there += usable;
        parts.push({ list, wanted: usable, skip });
      }
    }
    return there <= wanted ? parts : shareOut(parts, there, wanted);
  }

  #listOf(slot: Slot, seed: boolean): PackedPeers {
    const width: Width = slot.bytes.length === 6 ? 6 : 18;
    const index = listIndex(width, seed, isLoopback(slot.host));
    return (this.#lists[index] ??= new PackedPeers(width));
  }
}

const listIndex = (width: Width, seed: boolean, local: boolean): number =>
  (width === 6 ? 0 : 4) + (seed ? 2 : 0) + (local ? 1 : 0);

function shareOut(parts: readonly Part[], there: number, wanted: number): Part[] {
  let left = wanted;
  const shares: Part[] = [];
  for (const [at, part] of parts.entries()) {
    const last = at === parts.length - 1;
    const fair = last ? left : Math.ceil((part.wanted * wanted) / there);
    const share = Math.min(part.wanted, left, fair);
    left -= share;
    if (share > 0) shares.push({ ...part, wanted: share });
  }
  return shares;
}

/** One address of a peer; undefined if it is none. */
export function slotOf(host: string, port: number, peerId?: string): Slot | undefined {
  const bytes = compactAddress(host, port);
  return bytes && { host, port, bytes, peerId, at: -1 };
}

/** Copies parts side by side; returns where they end. */
export function copyParts(parts: readonly Part[], into: Buffer, offset: number, chance: Chance): number {
  let at = offset;
  for (const { list, wanted, skip } of parts) at = list.copyWindow(into, at, wanted, skip, chance);
  return at;
}
