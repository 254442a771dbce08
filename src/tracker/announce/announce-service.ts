import { isIP } from 'node:net';
import type { Chance, Clock, UserId } from '../../base/index.ts';
import type { AnnounceHolder } from '../../identity/index.ts';
import { isLoopback, isPrivateAddress } from '../address-key.ts';
import { Budgets } from '../budgets.ts';
import { SwarmNews } from '../swarm-news.ts';
import { parseAnnounce, parseScrape, type AnnounceQuery } from './announce-query.ts';
import type { AnnounceSwarm, ForeignPeer } from './announce-swarm.ts';
import { compactAnswer, dictionaryAnswer, failure, scrapeBody, textAnswer } from './answers.ts';
import { compactAddress } from './compact-address.ts';
import { ownText, type Keyring } from './keyring.ts';
import { INTERVAL_S, type SwarmDirectory } from './swarm-directory.ts';

/** Requests of one address (a machine, or a network behind a router), and of one member from wherever. */
const PER_ADDRESS = { burst: 10_000, perSecond: 500 };
const PER_USER = { burst: 6_000, perSecond: 100 };
/** Announcing again is told to the other trackers when so much time has passed: long before they forget. */
const TELL_AGAIN_MS = (INTERVAL_S * 1_000) / 2;

/** The other end of a connection. */
export interface Announcer {
  readonly host: string;
  /** Its address as sent in answers: 4 or 16 bytes as Latin-1 text. */
  readonly addressBytes: string;
  /** What limits by address count under. */
  readonly source: string;
  /** What it asked last: on a kept connection a program mostly asks by the same path again. */
  asked?: Asked | undefined;
}

interface Asked {
  /** The target up to the `?`. */
  readonly path: string;
  readonly holder: AnnounceHolder;
  readonly isScrape: boolean;
}

/** What announcing leads to besides an answer. */
export interface AnnounceEffects {
  /** For our own clients. */
  onNews(news: SwarmNews): void;
  /** For the other trackers: it has announced. */
  onSeen(swarm: AnnounceSwarm, peer: ForeignPeer): void;
  onStopped(swarm: AnnounceSwarm, host: string, port: number): void;
}

export interface ServiceParts {
  readonly keyring: Keyring;
  readonly directory: SwarmDirectory;
  readonly effects: AnnounceEffects;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** Answers announcements and scrapes: whole HTTP answers for what a request asks. */
export class AnnounceService {
  readonly #parts: ServiceParts;
  readonly #addresses = new Budgets(PER_ADDRESS);
  readonly #users = new Budgets(PER_USER);

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** At once, except when the members of a group have to be read first. `target`: see `announcePath`. */
  answer(target: string, from: Announcer, keepAlive: boolean): Buffer | Promise<Buffer> {
    const { keyring, clock } = this.#parts;
    const nowMs = clock.nowMs();
    if (this.#addresses.take(from.source, 1, nowMs) > 0)
      return refusal('too many requests from your address', keepAlive);
    const asked = this.#asked(target, from);
    if (asked === undefined) return textAnswer(404, '', keepAlive);
    if (asked === 'strange key') return refusal('this tracker did not make this key', keepAlive);
    from.asked = asked;
    const { holder } = asked;
    const query = target.slice(asked.path.length + 1);
    const act = (isMember: boolean): Buffer => {
      if (!isMember) return refusal('you are not a member of this group (any more)', keepAlive);
      if (this.#users.take(holder.uid, 1, nowMs) > 0) return refusal('too many requests', keepAlive);
      return asked.isScrape
        ? this.#scrape(holder, query, keepAlive)
        : this.#announce(holder, query, from, keepAlive, nowMs);
    };
    const isMember = keyring.isMember(holder);
    return isMember === undefined ? keyring.asks(holder).then(act) : act(isMember);
  }

  #asked(target: string, { asked }: Announcer): Asked | 'strange key' | undefined {
    if (asked && target.startsWith(asked.path) && target[asked.path.length] === '?') return asked;
    const queryAt = target.indexOf('?');
    const path = queryAt < 0 ? target : target.slice(0, queryAt);
    const parts = splitPath(path);
    if (!parts) return undefined;
    const holder = this.#parts.keyring.holder(parts.key);
    return holder ? { path: ownText(path), holder, isScrape: parts.isScrape } : 'strange key';
  }

  #announce(
    holder: AnnounceHolder,
    text: string,
    from: Announcer,
    keepAlive: boolean,
    nowMs: number,
  ): Buffer {
    const { directory, chance } = this.#parts;
    const query = parseAnnounce(text);
    if (typeof query === 'string') return refusal(query, keepAlive);
    const swarm = directory.find(holder.gid, query.infoHash);
    if (!swarm) return refusal('nobody in this group shares this torrent', keepAlive);
    const host = hostOf(query, from);
    const key = addressOf(host, query.port, from);
    if (query.event === 'stopped') this.#stop(swarm, key, host, query.port, nowMs);
    else {
      const refused = this.#see(swarm, key, holder, host, query, nowMs);
      if (refused !== undefined) return refusal(refused, keepAlive);
    }
    const asker = {
      peer: swarm.foreign.get(key),
      seed: query.seed,
      isLocal: isLoopback(from.host),
      wanted: query.event === 'stopped' ? 0 : query.wanted,
    };
    return query.compact
      ? compactAnswer(swarm, asker, keepAlive, chance)
      : dictionaryAnswer(swarm, asker, query.noPeerId, keepAlive, chance);
  }

  /** Text says why it is not taken in. */
  #see(
    swarm: AnnounceSwarm,
    key: string,
    { uid }: AnnounceHolder,
    host: string,
    { port, peerId, seed, event }: AnnounceQuery,
    nowMs: number,
  ): string | undefined {
    const { directory, effects } = this.#parts;
    const known = swarm.foreign.get(key);
    if (known && nowMs - known.toldMs < TELL_AGAIN_MS && isAsBefore(known, uid, peerId, seed)) {
      known.seenMs = nowMs;
      known.here = true;
      return undefined;
    }
    const news = new SwarmNews();
    const wasSeed = known?.seed === true;
    const peer = directory.see(
      swarm,
      key,
      { uid, host, port, peerId, seed, seenMs: nowMs, here: true },
      news,
    );
    if (typeof peer === 'string') return peer;
    if (event === 'completed' && !wasSeed) swarm.downloaded += 1;
    peer.toldMs = nowMs;
    if (!news.isEmpty) effects.onNews(news);
    effects.onSeen(swarm, peer);
    return undefined;
  }

  #stop(swarm: AnnounceSwarm, key: string, host: string, port: number, nowMs: number): void {
    const { directory, effects } = this.#parts;
    const news = new SwarmNews();
    if (!directory.stop(swarm, key, nowMs, news)) return;
    effects.onNews(news);
    effects.onStopped(swarm, host, port);
  }

  #scrape({ gid }: AnnounceHolder, text: string, keepAlive: boolean): Buffer {
    const hashes = parseScrape(text);
    if (typeof hashes === 'string') return refusal(hashes, keepAlive);
    const swarms = hashes.flatMap((hash) => this.#parts.directory.find(gid, hash) ?? []);
    return textAnswer(200, scrapeBody(swarms), keepAlive);
  }
}

const ANNOUNCE = 'announce';
const SCRAPE = 'scrape';

/**
 * Where the holder of a key announces. `announce` stands last, as BEP 48 has it replaced there by `scrape`; and first,
 * as libtorrent talks to a tracker on its own machine only then (and replaces it there).
 */
export const announcePath = (key: string): string => `/${ANNOUNCE}/${key}/${ANNOUNCE}`;

function splitPath(path: string): { readonly key: string; readonly isScrape: boolean } | undefined {
  const [nothing, first, key, last, more] = path.split('/', 5);
  if (nothing !== '' || key === undefined || more !== undefined) return undefined;
  if ((first !== ANNOUNCE && first !== SCRAPE) || (last !== ANNOUNCE && last !== SCRAPE)) return undefined;
  return { key, isScrape: first === SCRAPE || last === SCRAPE };
}

const isAsBefore = (known: ForeignPeer, uid: UserId, peerId: string, seed: boolean): boolean =>
  known.uid === uid && known.seed === seed && known.slot.peerId === peerId;

const refusal = (reason: string, keepAlive: boolean): Buffer => textAnswer(200, failure(reason), keepAlive);

/**
 * Where the program is: where it connects from. What it says itself counts only on the tracker's own machine, whose
 * loopback address leads nowhere for others, and only if it is private: nobody outside can be harmed by it.
 */
function hostOf({ ip }: AnnounceQuery, from: Announcer): string {
  if (ip === undefined || !isLoopback(from.host)) return from.host;
  const named = ip.replace(/%3a/gi, ':').toLowerCase();
  return isIP(named) !== 0 && (isPrivateAddress(named) || isLoopback(named)) ? named : from.host;
}

function addressOf(host: string, port: number, from: Announcer): string {
  if (host === from.host) return from.addressBytes + String.fromCharCode(port >> 8, port & 0xff);
  return compactAddress(host, port)?.toString('latin1') ?? '';
}
