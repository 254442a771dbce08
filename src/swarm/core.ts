import { invariant, type Chance, type InfoHash, type PeerFault, type PieceIndex } from '../base/index.ts';
import { pieceAt, type Bitfield, type Content, type PieceLayers, type Torrent } from '../metainfo/index.ts';
import { frameBytes, PIECE_HEADER_BYTES, type BlockRange, type Message } from '../wire/index.ts';
import type { ConnId, Effect, SourceKey } from './effect.ts';
import { DEFAULT_SWARM_CONFIG, type SwarmConfig, type SwarmOptions } from './options.ts';
import type { PeerSession } from './peer-session.ts';
import type { PiecePool } from './piece-pool.ts';
import type { Wish } from './wish.ts';

/** What exists once the metadata is here and its storage open. */
export interface Work {
  readonly content: Content;
  readonly layers: PieceLayers;
  readonly held: Bitfield;
  readonly wish: Wish;
}

/** State that the parts of one swarm share, and their way to the outside. */
export class SwarmCore {
  readonly config: SwarmConfig;
  readonly chance: Chance;
  readonly infoHash: InfoHash;
  readonly ownPeerId: Uint8Array;
  readonly ownKey: SourceKey;
  readonly pool: PiecePool;
  readonly sessions = new Map<ConnId, PeerSession>();
  torrent: Torrent | undefined;
  work: Work | undefined;
  heldBytes = 0;
  wastedBytes = 0;
  badPieces = 0;
  paused = false;
  /** The disk refused a piece: nothing is asked for until somebody resumes. */
  stopped = false;
  /** Lets the parts forget a connection that is gone. */
  onClosed: (session: PeerSession, nowMs: number) => void = () => undefined;
  #effects: Effect[] = [];

  constructor(options: SwarmOptions) {
    this.config = { ...DEFAULT_SWARM_CONFIG, ...options.config };
    this.chance = options.chance;
    this.infoHash = options.infoHash;
    this.ownPeerId = options.ownPeerId;
    this.ownKey = options.ownKey;
    this.pool = options.pool;
    this.torrent = options.torrent;
  }

  get isComplete(): boolean {
    return this.work?.held.isComplete ?? false;
  }

  /** All that is wanted is held, whether or not that is everything. */
  get isSatisfied(): boolean {
    return this.work?.wish.lacking === 0;
  }

  /** Whether pieces are to be asked for. */
  get isFetching(): boolean {
    return this.work !== undefined && !this.isSatisfied && !this.paused && !this.stopped;
  }

  isWanted(piece: number): boolean {
    return this.work?.wish.isWanted(piece) ?? true;
  }

  takeEffects(): Effect[] {
    const effects = this.#effects;
    if (effects.length > 0) this.#effects = [];
    return effects;
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  send(session: PeerSession, message: Message): void {
    this.tellHeld(session);
    session.unsentBytes += frameBytes(message);
    this.emit({ type: 'send', conn: session.conn, message });
  }

  /** Announces what we hold and have kept back. */
  tellHeld(session: PeerSession): void {
    if (session.untold.length === 0) return;
    for (const piece of session.untold.splice(0)) this.send(session, { type: 'have', piece });
  }

  sendBlock(session: PeerSession, { piece, begin, length }: BlockRange): void {
    this.tellHeld(session);
    session.unsentBytes += PIECE_HEADER_BYTES + length;
    this.emit({ type: 'sendBlock', conn: session.conn, piece: piece as PieceIndex, begin, length });
  }

  broadcast(message: Message): void {
    for (const session of this.sessions.values()) this.send(session, message);
  }

  /** Ends a connection. Nothing that comes from it later counts. */
  close(session: PeerSession, nowMs: number, reason: string, fault?: PeerFault): void {
    if (session.closed) return;
    session.avoid = true;
    session.fault = fault;
    this.emit({ type: 'close', conn: session.conn, reason, ...(fault && { fault }) });
    this.forget(session, nowMs);
  }

  forget(session: PeerSession, nowMs: number): void {
    session.closed = true;
    this.sessions.delete(session.conn);
    this.onClosed(session, nowMs);
  }

  pieceBytes(piece: number): number {
    invariant(this.work, 'pieces need metadata');
    return pieceAt(this.work.content, piece).length;
  }
}
