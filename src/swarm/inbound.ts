import { assertNever, equalBytes, PeerFault } from '../base/index.ts';
import type { ExtensionHandshake, Heard, Message } from '../wire/index.ts';
import type { Advisor } from './advisor.ts';
import type { SwarmCore } from './core.ts';
import type { Culprits } from './culprits.ts';
import type { LayerFetch } from './hash-exchange.ts';
import type { HashService } from './hash-service.ts';
import type { Holdings } from './holdings.ts';
import type { MetadataExchange } from './metadata-exchange.ts';
import type { Neighbours } from './neighbours.ts';
import type { PeerSession } from './peer-session.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RequestPipeline } from './request-pipeline.ts';
import type { UploadQueue } from './upload-queue.ts';

const SUGGESTIONS_MAX = 64;
const HANDSHAKE_COST = 50;
const NEWS_COST = 50;
const UNASKED_COST = 20;
/** Its answer may be long: a digest that is told once costs nothing, each other one a good part of the patience. */
const DIGEST_COST = 400;
/** What a message that is skipped costs besides. */
const COST_PER_KIB = 1;
/** A choke takes back what was asked for, and others have to be asked. */
const REQUESTS_PER_COST = 8;
/** What a source may suggest is worth little when it comes too often. */
const SUGGESTION_COST = 0.1;

/** The parts that messages go to. */
export interface Parts {
  readonly core: SwarmCore;
  readonly picker: PiecePicker;
  readonly holdings: Holdings;
  readonly pipeline: RequestPipeline;
  readonly uploads: UploadQueue;
  readonly advisor: Advisor;
  readonly metadata: MetadataExchange;
  readonly layerFetch: LayerFetch;
  readonly hashService: HashService;
  readonly culprits: Culprits;
  readonly neighbours: Neighbours;
}

/** Hands each message to the part it is for. Throws PeerFault. */
export class Inbound {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  onMessage(session: PeerSession, message: Heard, nowMs: number): void {
    const { holdings, pipeline, uploads } = this.#parts;
    switch (message.type) {
      case 'keep-alive':
      case 'allowed-fast':
        return session.patience.spend(1, message.type, nowMs);
      case 'unknown':
        return session.patience.spend(1 + (message.bytes / 1024) * COST_PER_KIB, 'unknown messages', nowMs);
      case 'choke':
      case 'unchoke':
        return this.#onChoking(session, message.type === 'choke', nowMs);
      case 'interested':
      case 'not-interested':
        return this.#onInterest(session, message.type === 'interested', nowMs);
      case 'have':
        return this.#onHave(session, message.piece, nowMs);
      case 'bitfield':
        holdings.onBitfield(session, message.bits, nowMs);
        return this.#onPieces(session, nowMs);
      case 'have-all':
        holdings.onAll(session, nowMs);
        return this.#onPieces(session, nowMs);
      case 'have-none':
        return holdings.onNone(session, nowMs);
      case 'request':
        uploads.onRequest(session, message, nowMs);
        return this.#parts.advisor.onRequest(session, message.piece, nowMs);
      case 'cancel':
        session.patience.spend(1, 'cancels', nowMs);
        return uploads.onCancel(session, message);
      case 'reject':
        if (pipeline.onReject(session, message.piece, message.begin, message.length, nowMs)) return undefined;
        return session.patience.spend(1, 'rejections of what was not asked for', nowMs);
      case 'suggest':
        return this.#onSuggest(session, message.piece, nowMs);
      case 'hash-request':
      case 'hashes':
      case 'hash-reject':
        return this.#onHashMessage(session, message, nowMs);
      default:
        return this.#onExtension(session, message, nowMs);
    }
  }

  #onChoking(session: PeerSession, choked: boolean, nowMs: number): void {
    session.patience.spend(1 + session.pending.length / REQUESTS_PER_COST, 'chokes', nowMs);
    if (session.peerChoking === choked) return;
    session.peerChoking = choked;
    if (choked) this.#parts.pipeline.onChoked(session, nowMs);
    else this.#parts.pipeline.onUnchoked(session, nowMs);
  }

  /** Everyone who wants something may ask: the group is a team, and connections are few. */
  #onInterest(session: PeerSession, interested: boolean, nowMs: number): void {
    const { core, advisor } = this.#parts;
    session.patience.spend(1, 'changes of interest', nowMs);
    session.peerInterested = interested;
    if (!interested) return;
    session.usefulMs = nowMs;
    if (session.amChoking && core.work && !core.paused) {
      session.amChoking = false;
      core.send(session, { type: 'unchoke' });
    }
    advisor.advise(session, nowMs);
  }

  #onHave(session: PeerSession, piece: number, nowMs: number): void {
    const { holdings, pipeline, advisor } = this.#parts;
    if (!holdings.onHave(session, piece, nowMs)) return;
    if (session.isSeed) this.#onPieces(session, nowMs);
    pipeline.fill(session, nowMs);
    advisor.advise(session, nowMs);
  }

  /** Two that have everything have nothing to give each other. */
  #onPieces(session: PeerSession, nowMs: number): void {
    const { core, layerFetch } = this.#parts;
    if (core.isComplete && session.isSeed) core.close(session, nowMs, 'both have everything');
    else layerFetch.start(nowMs);
  }

  #onSuggest(session: PeerSession, piece: number, nowMs: number): void {
    const { core, pipeline } = this.#parts;
    const content = core.work?.content;
    if (!content || !session.own || session.suggestions.length >= SUGGESTIONS_MAX) {
      return session.patience.spend(1, 'suggestions', nowMs);
    }
    if (piece >= content.pieceCount) throw new PeerFault('OUT_OF_RANGE', `suggested piece ${piece}`);
    session.patience.spend(SUGGESTION_COST, 'suggestions', nowMs);
    if (!core.isWanted(piece)) return undefined;
    session.suggestions.push(piece);
    session.suggestedMs = nowMs;
    return pipeline.fill(session, nowMs);
  }

  #onHashMessage(
    session: PeerSession,
    message: Message & { type: 'hash-request' | 'hashes' | 'hash-reject' },
    nowMs: number,
  ): void {
    const { hashService, layerFetch, culprits } = this.#parts;
    const { request } = message;
    if (message.type === 'hash-request') return hashService.onRequest(session, request, nowMs);
    const isOurs =
      message.type === 'hashes'
        ? layerFetch.onHashes(session, request, message.hashes, nowMs) ||
          culprits.onHashes(session, request, message.hashes, nowMs)
        : layerFetch.onRejected(session, request, nowMs) || culprits.onRejected(session, request, nowMs);
    if (!isOurs) session.patience.spend(UNASKED_COST, 'hashes that nobody asked for', nowMs);
  }

  #onExtension(
    session: PeerSession,
    message: Message & {
      type:
        | 'extension-handshake'
        | 'metadata-request'
        | 'metadata-data'
        | 'metadata-reject'
        | 'dont-have'
        | 'upload-only'
        | 'group-news';
    },
    nowMs: number,
  ): void {
    const { holdings, metadata } = this.#parts;
    switch (message.type) {
      case 'extension-handshake':
        return this.#onHandshake(session, message.handshake, nowMs);
      case 'metadata-request':
        return metadata.onRequest(session, message.piece, nowMs);
      case 'metadata-data':
        return metadata.onData(session, message, nowMs);
      case 'metadata-reject':
        return metadata.onRejected(session, nowMs);
      case 'dont-have':
        return holdings.onDontHave(session, message.piece, nowMs);
      case 'upload-only':
        session.uploadOnly = message.uploadOnly;
        return session.patience.spend(1, 'upload-only', nowMs);
      case 'group-news':
        return this.#onGroupNews(session, message.payload, nowMs);
      default:
        return assertNever(message);
    }
  }

  #onHandshake(session: PeerSession, handshake: ExtensionHandshake, nowMs: number): void {
    const { core, metadata, advisor, pipeline, neighbours } = this.#parts;
    session.patience.spend(HANDSHAKE_COST, 'extension handshakes', nowMs);
    session.ids = handshake.ids;
    session.client = handshake.client ?? session.client;
    session.metadataBytes = handshake.metadataBytes ?? session.metadataBytes;
    session.requestsMax = handshake.requestsMax ?? session.requestsMax;
    session.uploadOnly = handshake.uploadOnly ?? session.uploadOnly;
    const { own } = handshake;
    const told = session.own?.groupDigest;
    if (own) {
      const isSame = own.groupDigest && told && equalBytes(own.groupDigest, told);
      if (told && !isSame) session.patience.spend(DIGEST_COST, 'digests', nowMs);
      session.own = own;
      // The user is proven, so a peer can only pretend to be another device of the same person.
      session.key ??= `${session.info.user}/${own.device}`;
      neighbours.onConnected(session.key);
      if (own.groupDigest && !isSame)
        core.emit({ type: 'groupDigest', conn: session.conn, digest: own.groupDigest });
    }
    metadata.start(nowMs);
    advisor.advise(session, nowMs);
    pipeline.fill(session, nowMs);
  }

  #onGroupNews(session: PeerSession, payload: Uint8Array, nowMs: number): void {
    session.patience.spend(NEWS_COST, 'group news', nowMs);
    if (session.own) this.#parts.core.emit({ type: 'groupNews', conn: session.conn, payload });
  }
}
