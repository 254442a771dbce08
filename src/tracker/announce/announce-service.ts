import { isIP } from 'node:net';
import type { Chance, Clock } from '../../base/index.ts';
import type { AnnounceHolder } from '../../identity/index.ts';
import { isLoopback, isPrivateAddress } from '../address-key.ts';
import { Budgets } from '../budgets.ts';
import { SwarmNews } from '../swarm-news.ts';
import { parseAnnounce, parseScrape, type AnnounceQuery } from './announce-query.ts';
import type { AnnounceSwarm, ForeignPeer } from './announce-swarm.ts';
import { compactAnswer, dictionaryAnswer, failure, scrapeBody, textAnswer } from './answers.ts';
import { compactAddress } from './compact-address.ts';
import type { Keyring } from './keyring.ts';
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
    const path = splitTarget(target);
    if (!path) return textAnswer(404, '', keepAlive);
    const holder = keyring.holder(path.key);
    if (!holder) return refusal('this tracker did not make this key', keepAlive);
    const act = (isMember: boolean): Buffer => {
      if (!isMember) return refusal('you are not a member of this group (any more)', keepAlive);
      if (this.#users.take(holder.uid, 1, nowMs) > 0) return refusal('too many requests', keepAlive);
      return path.isScrape
        ? this.#scrape(holder, path.query, keepAlive)
        : this.#announce(holder, path.query, from, keepAlive, nowMs);
    };
    const isMember = keyring.isMember(holder);
    return isMember === undefined ? keyring.asks(holder).then(act) : act(isMember);
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
    const news = new SwarmNews();
    const wasSeed = swarm.foreign.get(key)?.seed === true;
    const peer = directory.see(
      swarm,
      key,
      { uid, host, port, peerId, seed, seenMs: nowMs, here: true },
      news,
    );
    if (typeof peer === 'string') return peer;
    if (event === 'completed' && !wasSeed) swarm.downloaded += 1;
    if (news.isEmpty && nowMs - peer.toldMs < TELL_AGAIN_MS) return undefined;
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

function splitTarget(target: string): { key: string; isScrape: boolean; query: string } | undefined {
  const keyAt = target.indexOf('/', 1) + 1;
  const lastAt = target.indexOf('/', keyAt) + 1;
  if (keyAt === 0 || lastAt === 0) return undefined;
  const queryAt = target.indexOf('?', lastAt);
  const first = target.slice(1, keyAt - 1);
  const last = target.slice(lastAt, queryAt < 0 ? target.length : queryAt);
  if ((first !== ANNOUNCE && first !== SCRAPE) || (last !== ANNOUNCE && last !== SCRAPE)) return undefined;
  const query = queryAt < 0 ? '' : target.slice(queryAt + 1);
  return { key: target.slice(keyAt, lastAt - 1), isScrape: first === SCRAPE || last === SCRAPE, query };
}

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
