import type { SwarmCore } from './core.ts';
import type { Bans } from './bans.ts';
import type { SourceKey } from './effect.ts';
import type { Source } from './options.ts';

/** Of two leechers the one with the lesser key dials; the other only if nothing has come after this time. */
const GRACE_MS = 2_000;
const DIAL_TIMEOUT_MS = 20_000;
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** Between looks at sources that may be dialled and for which there was no place. */
const WAIT_MS = 250;
/** Sources kept in mind; a tracker may name many. */
const SOURCES_MAX = 20_000;
/** A seed that cannot take in all of a large swarm is dialled by so many for each place it has. */
const SEED_CROWDING = 2;
/** Places for seeds of different users among the connections that are sought. */
const SEEDS_WANTED = 8;

interface Candidate {
  readonly key: SourceKey;
  seed: boolean;
  readonly seenMs: number;
  /** Pseudo-random, but the same for the same two devices: so each one's choice is a random graph that stays. */
  readonly rank: number;
  dialling: boolean;
  diallingSinceMs: number;
  failures: number;
  nextDialMs: number;
  unreachable: boolean;
}

/**
 * Whom to be connected with: few, chosen by chance, so that the graph of a large swarm is well connected and a
 * peer's cost does not grow with the swarm. Leechers dial; a seed dials leechers that have not come by themselves.
 */
export class Neighbours {
  readonly #core: SwarmCore;
  readonly #bans: Bans;
  readonly #candidates = new Map<SourceKey, Candidate>();
  #ordered: Candidate[] = [];
  #dialling = 0;

  constructor(core: SwarmCore, bans: Bans) {
    this.#core = core;
    this.#bans = bans;
  }

  get count(): number {
    return this.#candidates.size;
  }

  unreachable(): number {
    let count = 0;
    for (const candidate of this.#candidates.values()) if (candidate.unreachable) count += 1;
    return count;
  }

  onSources(sources: readonly Source[], nowMs: number): void {
    const named = new Set<SourceKey>();
    for (const { key, seed } of sources) {
      if (key === this.#core.ownKey || named.size >= SOURCES_MAX) continue;
      named.add(key);
      const known = this.#candidates.get(key);
      if (known) known.seed = seed;
      else this.#candidates.set(key, this.#newCandidate(key, seed, nowMs));
    }
    for (const [key, candidate] of this.#candidates) {
      if (named.has(key)) continue;
      if (candidate.dialling) this.#dialling -= 1;
      this.#candidates.delete(key);
    }
    this.#ordered = [...this.#candidates.values()].sort((a, b) => a.rank - b.rank);
    this.dialMore(nowMs);
  }

  #newCandidate(key: SourceKey, seed: boolean, nowMs: number): Candidate {
    const rank = pairRank(this.#core.ownKey, key);
    const idle = { dialling: false, diallingSinceMs: 0, failures: 0, nextDialMs: nowMs, unreachable: false };
    return { key, seed, seenMs: nowMs, rank, ...idle };
  }

  /** Dials as long as there are fewer connections than wanted. */
  dialMore(nowMs: number): void {
    if (this.#core.paused || this.#candidates.size === 0) return;
    this.#expireDials(nowMs);
    const { connectionsWanted, dialsMax } = this.#core.config;
    let room = connectionsWanted - this.#useful() - this.#dialling;
    if (room <= 0) return;
    const connected = this.#connectedKeys();
    const seeds = this.#seedUsers();
    for (const candidate of this.#ordered) {
      if (room <= 0 || this.#dialling >= dialsMax) return;
      if (candidate.dialling || connected.has(candidate.key) || nowMs < this.#dialTimeMs(candidate)) continue;
      if (this.#bans.isBanned(candidate.key, nowMs)) continue;
      if (candidate.seed && seeds.size >= SEEDS_WANTED) continue;
      if (candidate.seed) seeds.add(userOf(candidate.key));
      room -= 1;
      this.#dial(candidate, nowMs);
    }
  }

  #dial(candidate: Candidate, nowMs: number): void {
    candidate.dialling = true;
    candidate.diallingSinceMs = nowMs;
    this.#dialling += 1;
    this.#core.emit({ type: 'dial', key: candidate.key });
  }

  /** When this source may be dialled; Infinity: others have to. */
  #dialTimeMs(candidate: Candidate): number {
    if (this.#core.isSatisfied)
      return candidate.seed ? Infinity : Math.max(candidate.seenMs + GRACE_MS, candidate.nextDialMs);
    if (candidate.seed) return this.#isForUs(candidate) ? candidate.nextDialMs : Infinity;
    const first = this.#core.ownKey < candidate.key;
    return first ? candidate.nextDialMs : Math.max(candidate.seenMs + GRACE_MS, candidate.nextDialMs);
  }

  /** In a large swarm a seed has no place for everyone: only those closest to it by rank try. */
  #isForUs(candidate: Candidate): boolean {
    const places = this.#core.config.connectionsMax * SEED_CROWDING;
    return this.#candidates.size <= places || candidate.rank < places / this.#candidates.size;
  }

  onConnected(key: SourceKey | undefined): void {
    const candidate = key === undefined ? undefined : this.#candidates.get(key);
    if (!candidate) return;
    this.#endDial(candidate);
    candidate.failures = 0;
    candidate.unreachable = false;
  }

  onDialFailed(key: SourceKey, nowMs: number): void {
    const candidate = this.#candidates.get(key);
    if (!candidate) return;
    this.#endDial(candidate);
    candidate.unreachable = true;
    this.#backOff(candidate, nowMs);
    this.dialMore(nowMs);
  }

  /** Nobody is avoided any longer for having been of no use. */
  forgive(nowMs: number): void {
    for (const candidate of this.#candidates.values()) {
      if (!candidate.unreachable) candidate.nextDialMs = Math.min(candidate.nextDialMs, nowMs);
    }
    this.dialMore(nowMs);
  }

  /** The connection is gone; `longer`: there was no use in it, or the peer broke the rules. */
  onGone(key: SourceKey | undefined, longer: boolean, nowMs: number): void {
    const candidate = key === undefined ? undefined : this.#candidates.get(key);
    if (!candidate) return;
    this.#backOff(candidate, nowMs);
    if (longer) candidate.nextDialMs = nowMs + BACKOFF_MAX_MS;
  }

  #backOff(candidate: Candidate, nowMs: number): void {
    const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** candidate.failures);
    candidate.failures = Math.min(candidate.failures + 1, 10);
    candidate.nextDialMs = nowMs + waitMs * (0.5 + this.#core.chance());
  }

  #endDial(candidate: Candidate): void {
    if (candidate.dialling) this.#dialling -= 1;
    candidate.dialling = false;
  }

  #expireDials(nowMs: number): void {
    if (this.#dialling === 0) return;
    for (const candidate of this.#candidates.values()) {
      if (!candidate.dialling || nowMs - candidate.diallingSinceMs < DIAL_TIMEOUT_MS) continue;
      this.#endDial(candidate);
      this.#backOff(candidate, nowMs);
    }
  }

  #connectedKeys(): Set<SourceKey> {
    const keys = new Set<SourceKey>();
    for (const { key } of this.#core.sessions.values()) if (key !== undefined) keys.add(key);
    return keys;
  }

  /** Connections, but for those on which nothing came that was asked for: whoever only claims keeps nobody else away. */
  #useful(): number {
    let useful = 0;
    for (const { snubbed } of this.#core.sessions.values()) if (!snubbed) useful += 1;
    return useful;
  }

  /** Of whom we are connected with a seed. */
  #seedUsers(): Set<string> {
    const users = new Set<string>();
    for (const { isSeed, snubbed, info } of this.#core.sessions.values()) {
      if (isSeed && !snubbed) users.add(info.user);
    }
    return users;
  }

  /** When `dialMore` may have something to do; Infinity: not before other news. */
  nextDialMs(nowMs: number): number {
    if (this.#core.paused || this.#useful() + this.#dialling >= this.#core.config.connectionsWanted) {
      return Infinity;
    }
    const connected = this.#connectedKeys();
    let next = Infinity;
    for (const candidate of this.#candidates.values()) {
      if (connected.has(candidate.key)) continue;
      const atMs = candidate.dialling
        ? candidate.diallingSinceMs + DIAL_TIMEOUT_MS
        : this.#dialTimeMs(candidate);
      next = Math.min(next, atMs);
    }
    // Who may be dialled already waits for a place, not for time.
    return Math.max(next, nowMs + WAIT_MS);
  }
}

const userOf = (key: SourceKey): string => key.slice(0, key.indexOf('/'));

/** In [0, 1): a hash (FNV-1a, then mixed) of two keys, in the order given. */
function pairRank(own: SourceKey, other: SourceKey): number {
  let hash = 0x811c9dc5;
  for (const text of [own, '>', other]) {
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
