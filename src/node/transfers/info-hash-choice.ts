import type { InfoHash } from '../../base/index.ts';
import type { PeerEntry } from '../seams.ts';

/** Announced by who wants a content but can't say or take anything of it now: no torrent has this info-hash. */
export const NO_INFO_HASH = '0'.repeat(64) as InfoHash;

/** A seed says more about what is right than any number of leechers who follow it. */
const SEED_VOTES = 1000;

/**
 * Under which info-hash to look for a content whose metadata is not here yet. Only the metadata proves which is right, so
 * those that others announce are tried in turn, the one with most seeds first.
 */
export class InfoHashChoice {
  /** Proved to be something else. */
  readonly #wrong = new Set<InfoHash>();
  /** Gave no metadata in time: tried again when there is no other. */
  readonly #mute = new Set<InfoHash>();

  giveUp(infoHash: InfoHash): void {
    this.#wrong.add(infoHash);
  }

  putOff(infoHash: InfoHash): void {
    this.#mute.add(infoHash);
  }

  /** Peers that may have the content. */
  usable(peers: readonly PeerEntry[]): PeerEntry[] {
    return peers.filter(({ infoHash }) => infoHash !== NO_INFO_HASH && !this.#wrong.has(infoHash));
  }

  best(peers: readonly PeerEntry[]): InfoHash | undefined {
    const votes = new Map<InfoHash, number>();
    for (const { infoHash, seed } of this.usable(peers)) {
      votes.set(infoHash, (votes.get(infoHash) ?? 0) + (seed ? SEED_VOTES : 1));
    }
    const ranked = [...votes].toSorted((a, b) => b[1] - a[1]).map(([infoHash]) => infoHash);
    const fresh = ranked.find((infoHash) => !this.#mute.has(infoHash));
    if (fresh === undefined) this.#mute.clear();
    return fresh ?? ranked[0];
  }
}
