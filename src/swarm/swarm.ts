import { invariant, PeerFault } from '../base/index.ts';
import { Bitfield, PieceLayers, type HashRequest, type Torrent } from '../metainfo/index.ts';
import type { Heard } from '../wire/index.ts';
import { refusalOf } from './admission.ts';
import { Advisor } from './advisor.ts';
import { Bans } from './bans.ts';
import { Choosing } from './choosing.ts';
import { SwarmCore } from './core.ts';
import { Culprits } from './culprits.ts';
import type { ConnId, Effect, SourceKey } from './effect.ts';
import { extensionHandshake, greet } from './greeting.ts';
import { LayerFetch } from './hash-exchange.ts';
import { HashService } from './hash-service.ts';
import { Holdings } from './holdings.ts';
import { Inbound } from './inbound.ts';
import { MetadataExchange } from './metadata-exchange.ts';
import { Neighbours } from './neighbours.ts';
import type { PeerInfo, PeerStatus, Source, SwarmOptions, SwarmStatus } from './options.ts';
import { PeerSession } from './peer-session.ts';
import { PieceFates } from './piece-fates.ts';
import { PiecePicker } from './piece-picker.ts';
import type { ReaderId } from './readers.ts';
import { RequestPipeline, wasteTarget } from './request-pipeline.ts';
import { pieceStates, swarmStatus, type PieceStates } from './status.ts';
import { Totals } from './totals.ts';
import { UploadQueue } from './upload-queue.ts';
import { Upkeep } from './upkeep.ts';
import { Wish, type Priority } from './wish.ts';

/**
 * One torrent among its peers: news and time in, effects out. Every method but the getters may leave effects, to be
 * taken with `takeEffects` right after. A peer's fault ends its connection; nothing a peer sends makes a method throw.
 */
export class Swarm {
  readonly #core: SwarmCore;
  readonly #picker: PiecePicker;
  readonly #holdings: Holdings;
  readonly #pipeline: RequestPipeline;
  readonly #uploads: UploadQueue;
  readonly #advisor: Advisor;
  readonly #metadata: MetadataExchange;
  readonly #layerFetch: LayerFetch;
  readonly #hashService: HashService;
  readonly #culprits: Culprits;
  readonly #neighbours: Neighbours;
  readonly #inbound: Inbound;
  readonly #upkeep: Upkeep;
  readonly #choosing: Choosing;
  readonly #fates: PieceFates;
  readonly #bans: Bans;
  readonly #totals = new Totals();
  #groupDigest: Uint8Array | undefined;

  constructor(options: SwarmOptions) {
    const core = new SwarmCore(options);
    this.#core = core;
    this.#bans = new Bans(core.config.banMs);
    this.#picker = new PiecePicker(core);
    this.#advisor = new Advisor(core);
    this.#uploads = new UploadQueue(core);
    this.#holdings = new Holdings(core, this.#picker, this.#advisor);
    this.#culprits = new Culprits(core, this.#picker, this.#bans);
    this.#pipeline = new RequestPipeline(core, this.#picker, {
      onPieceFull: (active) => this.#fates.onFull(active),
      checkBlock: (active, block, giver, nowMs) => this.#culprits.checkBlock(active, block, giver, nowMs),
    });
    this.#metadata = new MetadataExchange(core, (torrent) => this.#onTorrent(torrent));
    this.#layerFetch = new LayerFetch(
      core,
      (pieces, nowMs) => this.#onHashesKnown(pieces, nowMs),
      () => this.#picker.readers.pieces(),
    );
    this.#hashService = new HashService(core);
    this.#neighbours = new Neighbours(core, this.#bans);
    const parts = {
      core,
      picker: this.#picker,
      holdings: this.#holdings,
      pipeline: this.#pipeline,
      uploads: this.#uploads,
      advisor: this.#advisor,
      metadata: this.#metadata,
      layerFetch: this.#layerFetch,
      hashService: this.#hashService,
      culprits: this.#culprits,
      neighbours: this.#neighbours,
    };
    this.#inbound = new Inbound(parts);
    this.#upkeep = new Upkeep(parts);
    this.#choosing = new Choosing(parts);
    this.#fates = new PieceFates({ ...parts, choosing: this.#choosing });
    core.onClosed = (session, nowMs) => this.#onClosed(session, nowMs);
    const { torrent, held, pieceLayers, priorities, nowMs } = options;
    if (torrent) this.attachStorage(held, pieceLayers, nowMs, priorities);
  }

  /** Effects in order; the list is the caller's. To be called after every piece of news. */
  takeEffects(): Effect[] {
    return this.#core.takeEffects();
  }

  /** All that presence names now, whether or not we are among them. */
  onSources(sources: readonly Source[], nowMs: number): void {
    this.#neighbours.onSources(sources, nowMs);
  }

  onDialFailed(key: SourceKey, nowMs: number): void {
    this.#neighbours.onDialFailed(key, nowMs);
  }

  /** Both handshakes are done, and info-hash and certificate were right. */
  onConnected(conn: ConnId, peer: PeerInfo, nowMs: number): void {
    const session = new PeerSession(conn, peer, nowMs);
    this.#neighbours.onConnected(peer.key);
    const refusal = refusalOf(this.#core, this.#bans, session, nowMs);
    if (refusal) {
      this.#core.emit({ type: 'close', conn, ...refusal });
      this.#neighbours.onGone(session.key, true, nowMs);
      return;
    }
    this.#core.sessions.set(conn, session);
    greet(this.#core, session, this.#groupDigest);
  }

  /** `fault`: why we ended it, if the decoder found one. */
  onDisconnected(conn: ConnId, nowMs: number, fault?: PeerFault): void {
    const session = this.#core.sessions.get(conn);
    if (!session) return;
    session.avoid = fault !== undefined;
    session.fault = fault;
    this.#core.forget(session, nowMs);
  }

  #onClosed(session: PeerSession, nowMs: number): void {
    if (session.fault) this.#bans.strike(session.info.user, session.fault, nowMs);
    this.#pipeline.releaseAll(session);
    session.incoming = undefined;
    this.#picker.onGone(session);
    this.#advisor.onGone(session);
    this.#uploads.onGone(session);
    this.#metadata.onGone(session, nowMs);
    this.#layerFetch.onGone(session, nowMs);
    this.#culprits.onGone(session, nowMs);
    this.#totals.onGone(session);
    this.#neighbours.onGone(session.key, session.avoid, nowMs);
    this.#pipeline.fillAll(nowMs);
    this.#neighbours.dialMore(nowMs);
  }

  onMessage(conn: ConnId, message: Heard, nowMs: number): void {
    const session = this.#core.sessions.get(conn);
    if (!session) return;
    session.heardMs = nowMs;
    try {
      this.#inbound.onMessage(session, message, nowMs);
    } catch (error) {
      if (!(error instanceof PeerFault)) throw error;
      this.#core.close(session, nowMs, error.message, error);
    }
  }

  /** See MessageSink.blockTarget. */
  blockTarget(
    conn: ConnId,
    piece: number,
    begin: number,
    length: number,
    nowMs: number,
  ): Uint8Array | undefined {
    const session = this.#core.sessions.get(conn);
    if (!session) return wasteTarget(length);
    session.heardMs = nowMs;
    return this.#pipeline.blockTarget(session, piece, begin, length, nowMs);
  }

  onBlock(conn: ConnId, _piece: number, _begin: number, _length: number, nowMs: number): void {
    const session = this.#core.sessions.get(conn);
    if (session) this.#pipeline.onBlock(session, nowMs);
  }

  /** So many bytes (frames of any kind) left for the network. */
  onBytesSent(conn: ConnId, bytes: number, nowMs: number): void {
    const session = this.#core.sessions.get(conn);
    if (!session) return;
    session.spokeMs = nowMs;
    this.#uploads.onBytesSent(session, bytes, nowMs);
  }

  /** A `sendBlock` could not be carried out: the disk failed or the file changed. */
  onBlockUnreadable(conn: ConnId, piece: number, begin: number, length: number, nowMs: number): void {
    const session = this.#core.sessions.get(conn);
    if (session) this.#uploads.onUnreadable(session, { piece, begin, length }, nowMs);
  }

  #onTorrent(torrent: Torrent): void {
    this.#core.torrent = torrent;
    this.#core.emit({ type: 'metadata', torrent });
  }

  /** Answers the effect `metadata`. `held` and the layers become the swarm's. `priorities`: see `choose`. */
  attachStorage(
    held: Bitfield | undefined,
    pieceLayers: PieceLayers | undefined,
    nowMs: number,
    priorities?: readonly Priority[],
  ): void {
    const { torrent } = this.#core;
    invariant(torrent && !this.#core.work, 'storage is attached once, and after the metadata');
    const { content } = torrent;
    const pieces = held ?? new Bitfield(content.pieceCount);
    const work = {
      content,
      layers: pieceLayers ?? new PieceLayers(content),
      held: pieces,
      wish: new Wish(content, pieces, priorities),
    };
    this.#core.work = work;
    for (const piece of work.held.ones()) this.#core.heldBytes += this.#core.pieceBytes(piece);
    this.#holdings.attach(work, nowMs);
    for (const session of this.#core.sessions.values()) this.#introduce(session);
    this.#holdings.updateAllInterest();
    if (this.#core.isSatisfied) this.#fates.onSatisfied(nowMs);
    this.#layerFetch.start(nowMs);
    this.#pipeline.fillAll(nowMs);
  }

  /**
   * How much each file is wanted from now on, in the order of the content's files; those left out are normal. Pieces of
   * skipped files are not asked for; of the others those of a higher priority come first.
   */
  choose(priorities: readonly Priority[], nowMs: number): void {
    const wasSatisfied = this.#core.isSatisfied;
    this.#choosing.apply(priorities);
    if (this.#core.isSatisfied) {
      if (!wasSatisfied) this.#fates.onSatisfied(nowMs);
      return;
    }
    this.#holdings.updateAllInterest();
    if (wasSatisfied) this.#startAgain(nowMs);
    this.#layerFetch.start(nowMs);
    this.#pipeline.fillAll(nowMs);
  }

  /** Something is wanted again that was not: those who were of no use any more may be. */
  #startAgain(nowMs: number): void {
    for (const session of this.#core.sessions.values()) {
      const id = session.ids.uploadOnly;
      if (id !== undefined) this.#core.send(session, { type: 'upload-only', id, uploadOnly: false });
    }
    this.#neighbours.forgive(nowMs);
  }

  /** Somebody reads piece `at` and goes on before piece `end`: what comes next there is fetched first, and in order. */
  read(reader: ReaderId, at: number, end: number, nowMs: number): void {
    // A piece is read in many steps.
    if (!this.#picker.readers.move(reader, at, end, nowMs)) return;
    this.#layerFetch.start(nowMs);
    this.#pipeline.fillAll(nowMs);
  }

  endRead(reader: ReaderId): void {
    this.#picker.readers.close(reader);
  }

  /** Peers that came before the metadata learn what we can do now, and what we hold. */
  #introduce(session: PeerSession): void {
    const { work } = this.#core;
    if (session.extensions) {
      const handshake = extensionHandshake(this.#core, this.#groupDigest);
      this.#core.send(session, { type: 'extension-handshake', handshake });
    }
    for (const piece of work?.held.ones() ?? []) this.#core.send(session, { type: 'have', piece });
    if (!session.peerInterested || !session.amChoking) return;
    session.amChoking = false;
    this.#core.send(session, { type: 'unchoke' });
  }

  #onHashesKnown(pieces: Iterable<number>, nowMs: number): void {
    for (const piece of pieces) this.#picker.onHashKnown(piece);
    this.#pipeline.fillAll(nowMs);
  }

  onPieceStored(piece: number, nowMs: number): void {
    this.#fates.onStored(piece, nowMs);
  }

  onPieceBad(piece: number, nowMs: number): void {
    this.#fates.onBad(piece, nowMs);
  }

  /** The disk refused it: the piece is wanted again, and nothing more is asked for until `resume`. */
  onStoreFailed(piece: number, _nowMs: number): void {
    this.#fates.onStoreFailed(piece);
  }

  /** Answers `serveHashes`; undefined: they can't be computed. */
  onLeafHashes(conn: ConnId, request: HashRequest, leafHashes: Uint8Array | undefined, _nowMs: number): void {
    this.#hashService.onLeafHashes(this.#core.sessions.get(conn), request, leafHashes);
  }

  /** Held pieces that turned out to be gone or changed on disk (BEP 54). */
  dropHeld(pieces: Iterable<number>, nowMs: number): void {
    for (const piece of pieces) this.#holdings.onDropped(piece);
    if (!this.#core.isComplete) this.#advisor.stop();
    this.#holdings.updateAllInterest();
    this.#layerFetch.start(nowMs);
    this.#pipeline.fillAll(nowMs);
  }

  /** Digest of the removals we know, for handshakes to come; those connected are told by `sendGroupNews`. */
  setGroupDigest(digest: Uint8Array): void {
    this.#groupDigest = digest;
  }

  /** `conn` undefined: to all peers of our kind. They take 64 KiB in one payload, and more is a fault. */
  sendGroupNews(conn: ConnId | undefined, payload: Uint8Array): void {
    for (const session of this.#core.sessions.values()) {
      const id = session.ids.own;
      if (id === undefined || (conn !== undefined && conn !== session.conn)) continue;
      this.#core.send(session, { type: 'group-news', id, payload });
    }
  }

  /** Closes all connections and opens none. What is half here of pieces is given up. */
  pause(nowMs: number): void {
    this.#core.paused = true;
    for (const session of this.#core.sessions.values()) this.#core.close(session, nowMs, 'paused');
    this.#culprits.stop();
    for (const active of this.#picker.active.values()) if (!active.verifying) this.#picker.abandon(active);
  }

  /** The end: forgets all peers and gives its memory back. No `storePiece` may be under way, and no news follow. */
  close(): void {
    this.#core.paused = true;
    this.#core.sessions.clear();
    this.#culprits.stop();
    this.#picker.dropAll();
  }

  resume(nowMs: number): void {
    this.#core.paused = false;
    this.#core.stopped = false;
    this.#holdings.updateAllInterest();
    this.#neighbours.dialMore(nowMs);
    this.#layerFetch.start(nowMs);
    this.#pipeline.fillAll(nowMs);
  }

  tick(nowMs: number): void {
    this.#upkeep.tick(nowMs);
  }

  /** When `tick` is wanted next; Infinity: not before other news. */
  nextTickMs(nowMs: number): number {
    return this.#upkeep.nextTickMs(nowMs);
  }

  status(nowMs: number): SwarmStatus {
    return swarmStatus(this.#core, this.#neighbours, nowMs);
  }

  /** Of each piece; undefined until there is metadata. */
  pieces(): PieceStates | undefined {
    return pieceStates(this.#core, this.#picker);
  }

  peers(nowMs: number): PeerStatus[] {
    return this.#totals.rows(this.#core.sessions.values(), nowMs);
  }

  /** Pieces held; a live view. Undefined until there is metadata. */
  get held(): Bitfield | undefined {
    return this.#core.work?.held;
  }

  /** For tests: throws if the parts disagree. */
  checkInvariants(): void {
    this.#picker.checkInvariants();
    this.#holdings.checkInvariants();
    this.#upkeep.checkInvariants();
  }
}
