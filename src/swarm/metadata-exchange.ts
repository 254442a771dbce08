import { PeerFault, sha256Hex, type UserId } from '../base/index.ts';
import { MetainfoError, parseTorrentInfo, type Torrent } from '../metainfo/index.ts';
import type { Message } from '../wire/index.ts';
import type { SwarmCore } from './core.ts';
import type { PeerSession } from './peer-session.ts';

/** BEP 9: the info dictionary travels in pieces of this size. */
const PART_BYTES = 16 * 1024;
const ASKED_AHEAD = 16;
const PATIENCE_MS = 10_000;
/** It has to come at least this fast, if somebody else has it, too: looked at after GRACE_MS, the next time after twice that. */
const BYTES_PER_SECOND_MIN = 64 * 1024;
const GRACE_MS = 2_000;
const SERVE_COST = 4;

interface Fetch {
  readonly from: PeerSession;
  readonly parts: (Uint8Array | undefined)[];
  readonly totalBytes: number;
  asked: number;
  received: number;
  readonly startMs: number;
  progressMs: number;
}

/**
 * BEP 9 both ways. Fetches all of the info dictionary from one peer at a time: it is small, and if it does not hash to
 * its name there is no doubt who made it up.
 */
export class MetadataExchange {
  readonly #core: SwarmCore;
  readonly #onTorrent: (torrent: Torrent) => void;
  /** Peers that were tried and did not give it. */
  readonly #failed = new WeakSet<PeerSession>();
  /** How often each user was asked: who was least often comes first. */
  readonly #tries = new Map<UserId, number>();
  #fetch: Fetch | undefined;
  #unusable = false;

  constructor(core: SwarmCore, onTorrent: (torrent: Torrent) => void) {
    this.#core = core;
    this.#onTorrent = onTorrent;
  }

  get isBusy(): boolean {
    return this.#fetch !== undefined;
  }

  /** Begins with some peer that has it, if that is to be done. */
  start(nowMs: number): void {
    if (this.#core.torrent || this.#fetch || this.#core.paused || this.#unusable) return;
    const session = this.#nextGiver();
    if (!session) return;
    const { metadataBytes, info } = session;
    this.#tries.set(info.user, this.#triesOf(session) + 1);
    const parts = Array.from<Uint8Array | undefined>({ length: Math.ceil(metadataBytes / PART_BYTES) });
    this.#fetch = {
      from: session,
      parts,
      totalBytes: metadataBytes,
      asked: 0,
      received: 0,
      startMs: nowMs,
      progressMs: nowMs,
    };
    this.#ask(this.#fetch);
  }

  #nextGiver(): PeerSession | undefined {
    const givers = [...this.#core.sessions.values()].filter((session) => this.#canGive(session));
    return givers.sort((a, b) => this.#triesOf(a) - this.#triesOf(b))[0];
  }

  #triesOf({ info }: PeerSession): number {
    return this.#tries.get(info.user) ?? 0;
  }

  #canGive(session: PeerSession): boolean {
    const { metadataBytes } = session;
    if (session.ids.metadata === undefined || this.#failed.has(session)) return false;
    return metadataBytes > 0 && metadataBytes <= this.#core.config.metadataBytesMax;
  }

  #ask(fetch: Fetch): void {
    const id = fetch.from.ids.metadata;
    if (id === undefined) return;
    while (fetch.asked < fetch.parts.length && fetch.asked - fetch.received < ASKED_AHEAD) {
      this.#core.send(fetch.from, { type: 'metadata-request', id, piece: fetch.asked });
      fetch.asked += 1;
    }
  }

  onData(session: PeerSession, message: Message & { type: 'metadata-data' }, nowMs: number): void {
    const fetch = this.#fetch;
    if (fetch?.from !== session) {
      // Parts that were asked for may still be on their way.
      session.patience.spend(SERVE_COST, 'metadata that nobody asked for', nowMs);
      return;
    }
    const { piece, bytes } = message;
    const expected = Math.min(PART_BYTES, fetch.totalBytes - piece * PART_BYTES);
    if (piece >= fetch.asked || bytes.length !== expected || message.totalBytes !== fetch.totalBytes) {
      throw new PeerFault('BAD_METADATA', `part ${piece} of ${bytes.length} B`);
    }
    if (fetch.parts[piece]) return;
    fetch.parts[piece] = bytes;
    fetch.received += 1;
    fetch.progressMs = nowMs;
    session.usefulMs = nowMs;
    if (fetch.received < fetch.parts.length) this.#ask(fetch);
    else this.#finish(fetch);
  }

  #finish(fetch: Fetch): void {
    this.#fetch = undefined;
    const info = new Uint8Array(Buffer.concat(fetch.parts.filter((part) => part !== undefined)));
    if (sha256Hex(info) !== this.#core.infoHash) {
      throw new PeerFault('BAD_METADATA', 'the info dictionary does not hash to its name');
    }
    try {
      this.#onTorrent(parseTorrentInfo(info));
    } catch (error) {
      if (!(error instanceof MetainfoError)) throw error;
      this.#unusable = true;
      this.#core.emit({ type: 'unusable', reason: error.message });
    }
  }

  onRejected(session: PeerSession, nowMs: number): void {
    if (this.#fetch?.from === session) this.#giveUp(nowMs);
  }

  onGone(session: PeerSession, nowMs: number): void {
    if (this.#fetch?.from === session) this.#giveUp(nowMs);
    else this.start(nowMs);
  }

  tick(nowMs: number): void {
    const fetch = this.#fetch;
    if (!fetch) this.start(nowMs);
    else if (nowMs - fetch.progressMs > PATIENCE_MS) this.#giveUp(nowMs);
    else if (this.#isSlow(fetch, nowMs)) this.#leave(fetch, nowMs);
  }

  #isSlow({ from, startMs, received }: Fetch, nowMs: number): boolean {
    const tookMs = nowMs - startMs;
    const graceMs = GRACE_MS * 2 ** (this.#triesOf(from) - 1);
    return tookMs > graceMs && received * PART_BYTES < (tookMs / 1000) * BYTES_PER_SECOND_MIN;
  }

  /** Asks another user, if there is one who was not asked more often. */
  #leave(fetch: Fetch, nowMs: number): void {
    const next = this.#nextGiver();
    if (!next || next.info.user === fetch.from.info.user) return;
    this.#fetch = undefined;
    this.start(nowMs);
  }

  #giveUp(nowMs: number): void {
    if (this.#fetch) this.#failed.add(this.#fetch.from);
    this.#fetch = undefined;
    this.start(nowMs);
  }

  onRequest(session: PeerSession, piece: number, nowMs: number): void {
    session.patience.spend(SERVE_COST, 'requests for metadata', nowMs);
    const id = session.ids.metadata;
    if (id === undefined) return;
    const info = this.#core.torrent?.infoBytes;
    const bytes = info?.subarray(piece * PART_BYTES, (piece + 1) * PART_BYTES);
    const isBehind = session.unsentBytes > this.#core.config.unsentBytesPerPeer;
    if (!info || !bytes || bytes.length === 0 || isBehind) {
      this.#core.send(session, { type: 'metadata-reject', id, piece });
    } else this.#core.send(session, { type: 'metadata-data', id, piece, totalBytes: info.length, bytes });
  }
}
