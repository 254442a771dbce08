import { invariant, toPieceIndex } from '../base/index.ts';
import { ActivePiece } from './active-piece.ts';
import type { SwarmCore, Work } from './core.ts';
import type { PeerSession } from './peer-session.ts';
import { RarityOrder } from './rarity.ts';

/** A source of our kind that has just suggested pieces is given so long to suggest more. */
const GUIDANCE_MS = 400;
/** Pieces announced of late, remembered for each peer. */
const NEWS_MAX = 512;

/**
 * Which piece a peer is asked for next. Each piece is in exactly one state: unknown (its hash is), pickable (in
 * `order`), active (in `active`; also in `open` while blocks of it are missing), or held.
 */
export class PiecePicker {
  readonly #core: SwarmCore;
  readonly active = new Map<number, ActivePiece>();
  readonly open = new Set<ActivePiece>();
  readonly #buffers = new Map<ActivePiece, SharedArrayBuffer>();
  #order: RarityOrder | undefined;

  constructor(core: SwarmCore) {
    this.#core = core;
  }

  attach(work: Work): void {
    this.#order = new RarityOrder(work.content.pieceCount, this.#core.chance);
    for (const piece of work.held.zeros()) this.onHashKnown(piece);
  }

  /** Pieces that nobody is asked for yet. */
  get untouched(): number {
    return this.#order?.size ?? 0;
  }

  onHashKnown(piece: number): void {
    const work = this.#core.work;
    if (!work || work.held.get(piece) || this.active.has(piece)) return;
    const order = this.#order;
    if (!order || order.has(piece) || !work.layers.expected(piece)) return;
    order.add(piece);
    for (const session of this.#core.sessions.values())
      if (session.has?.get(piece) === true) session.pickable += 1;
  }

  /** The peer has one piece more. */
  onHas(session: PeerSession, piece: number): void {
    this.#order?.increase(piece);
    if (this.#order?.has(piece) !== true) return;
    session.pickable += 1;
    if (session.news.length >= NEWS_MAX) session.news.splice(0, NEWS_MAX / 2);
    session.news.push(piece);
  }

  onLost(session: PeerSession, piece: number): void {
    this.#order?.decrease(piece);
    if (this.#order?.has(piece) === true) session.pickable -= 1;
  }

  /** The peer's pieces are known now: all at once. */
  onPieces(session: PeerSession): void {
    if (!session.has) return;
    const order = this.#order;
    if (!order) return;
    session.countedAsSeed = session.has.isComplete;
    session.pickable = session.countedAsSeed ? order.size : 0;
    if (session.countedAsSeed) return;
    for (const piece of session.has.ones()) {
      order.increase(piece);
      if (order.has(piece)) session.pickable += 1;
    }
  }

  onGone(session: PeerSession): void {
    this.leave(session);
    for (const active of this.active.values()) if (active.onlyFrom === session) this.#startOver(active);
    if (session.has && !session.countedAsSeed)
      for (const piece of session.has.ones()) this.#order?.decrease(piece);
  }

  /** All of this piece must come from one peer, and that one is gone. */
  #startOver(active: ActivePiece): void {
    if (active.verifying || active.judging) return;
    active.onlyFrom = undefined;
    active.reset();
    this.reopen(active);
  }

  /** A peer that had everything from the start lost a piece: from now on it is counted piece by piece. */
  countSingly(session: PeerSession): void {
    if (!session.countedAsSeed || !session.has) return;
    session.countedAsSeed = false;
    for (const piece of session.has.ones()) this.#order?.increase(piece);
  }

  /** The peer's present piece, or the one to go on with; undefined if it has nothing that may be asked for. */
  next(session: PeerSession, nowMs: number): ActivePiece | undefined {
    const current = session.current;
    if (current && current.missing > 0 && this.#suits(current, session)) return current;
    this.leave(session);
    const chosen = this.#abandoned(session) ?? this.#fresh(session, nowMs) ?? this.#shared(session);
    if (chosen) this.#join(session, chosen);
    return chosen;
  }

  /** The peer takes no more requests from its present piece. */
  leave(session: PeerSession): void {
    if (session.current) session.current.workers -= 1;
    session.current = undefined;
  }

  /** Blocks of it are missing again. */
  reopen(active: ActivePiece): void {
    if (active.missing > 0 && this.active.get(active.piece) === active) this.open.add(active);
  }

  /** Whether a block of this piece may still be taken in. */
  isTaking(active: ActivePiece, session: PeerSession): boolean {
    if (this.active.get(active.piece) !== active || active.verifying || active.judging) return false;
    return !active.mustBeFromOne || active.onlyFrom === session;
  }

  /** The piece is held, or given up: its memory goes back. */
  drop(active: ActivePiece): void {
    const buffer = this.#buffers.get(active);
    invariant(buffer, 'an active piece has a buffer');
    this.#buffers.delete(active);
    this.open.delete(active);
    this.active.delete(active.piece);
    this.#core.pool.release(buffer);
  }

  dropAll(): void {
    for (const active of this.active.values()) this.drop(active);
  }

  #suits(active: ActivePiece, session: PeerSession): boolean {
    if (active.verifying || active.judging || session.has?.get(active.piece) !== true) return false;
    return !active.mustBeFromOne || active.onlyFrom === undefined || active.onlyFrom === session;
  }

  #join(session: PeerSession, active: ActivePiece): void {
    session.current = active;
    active.workers += 1;
    if (active.mustBeFromOne) active.onlyFrom ??= session;
  }

  /** Begun, and nobody goes on with it. */
  #abandoned(session: PeerSession): ActivePiece | undefined {
    for (const active of this.open) if (active.workers === 0 && this.#suits(active, session)) return active;
    return undefined;
  }

  /** Large pieces don't fit into memory one for each peer, and the last ones are few: several peers share one. */
  #shared(session: PeerSession): ActivePiece | undefined {
    let best: ActivePiece | undefined;
    let mostMissing = 0;
    for (const active of this.open) {
      const missing = active.missing / (active.workers + 1);
      if (missing <= mostMissing || !this.#suits(active, session)) continue;
      best = active;
      mostMissing = missing;
    }
    return best;
  }

  #fresh(session: PeerSession, nowMs: number): ActivePiece | undefined {
    const order = this.#order;
    const has = session.has;
    if (!order || !has || session.pickable === 0 || this.active.size >= this.#core.config.activePiecesMax)
      return undefined;
    const suggested = this.#suggested(session, order);
    if (suggested !== undefined) return this.#begin(suggested, order);
    if (nowMs - session.suggestedMs < GUIDANCE_MS) return undefined;
    const piece =
      order.pick((candidate) => has.get(candidate)) ?? this.#newest(session, order) ?? order.sweep(session);
    return piece === undefined ? undefined : this.#begin(piece, order);
  }

  /** Of what the peer announced of late: where few pieces have come, that is what nobody was asked for. */
  #newest(session: PeerSession, order: RarityOrder): number | undefined {
    for (let piece = session.news.pop(); piece !== undefined; piece = session.news.pop()) {
      if (order.has(piece) && session.has?.get(piece) === true) return piece;
    }
    return undefined;
  }

  #suggested(session: PeerSession, order: RarityOrder): number | undefined {
    for (;;) {
      const piece = session.suggestions.shift();
      if (piece === undefined || order.has(piece)) return piece;
    }
  }

  #begin(number: number, order: RarityOrder): ActivePiece | undefined {
    const work = this.#core.work;
    const piece = work && toPieceIndex(number, work.content.pieceCount);
    invariant(work && piece !== undefined, 'picking needs metadata');
    const buffer = this.#buffer(work.content.pieceLength);
    if (!buffer) return undefined;
    order.remove(piece);
    for (const session of this.#core.sessions.values())
      if (session.has?.get(piece) === true) session.pickable -= 1;
    const active = new ActivePiece(piece, this.#core.pieceBytes(piece), buffer);
    this.#buffers.set(active, buffer);
    this.active.set(piece, active);
    this.open.add(active);
    return active;
  }

  /** Memory for one piece; where there is none, that of a piece which no peer can go on with. */
  #buffer(bytes: number): SharedArrayBuffer | undefined {
    const buffer = this.#core.pool.acquire(bytes);
    if (buffer) return buffer;
    for (const active of this.open) {
      if (active.workers > 0 || active.missing + active.receivedCount < active.blockCount) continue;
      if (this.#someoneHas(active.piece)) continue;
      this.abandon(active);
      return this.#core.pool.acquire(bytes);
    }
    return undefined;
  }

  /** Forgets what is here of the piece; it is pickable again. */
  abandon(active: ActivePiece): void {
    this.drop(active);
    this.onHashKnown(active.piece);
  }

  #someoneHas(piece: number): boolean {
    for (const session of this.#core.sessions.values()) if (session.has?.get(piece) === true) return true;
    return false;
  }

  /** For tests: each piece in exactly one state. */
  checkInvariants(): void {
    const work = this.#core.work;
    if (!work || !this.#order) return;
    this.#order.checkInvariants();
    for (let piece = 0; piece < work.content.pieceCount; piece += 1) {
      const states =
        Number(this.#order.has(piece)) + Number(this.active.has(piece)) + Number(work.held.get(piece));
      const unknown = work.layers.expected(piece) === undefined;
      invariant(states === 1 || (states === 0 && unknown), `piece ${piece} is in ${states} states`);
    }
    for (const active of this.active.values()) {
      const fetching = !active.verifying && !active.judging;
      invariant(
        this.open.has(active) === (active.missing > 0 && fetching),
        `piece ${active.piece} open or not`,
      );
    }
    this.#checkWorkers();
    this.#checkPickable();
  }

  #checkPickable(): void {
    for (const session of this.#core.sessions.values()) {
      let pickable = 0;
      for (const piece of session.has?.ones() ?? []) if (this.#order?.has(piece) === true) pickable += 1;
      invariant(pickable === session.pickable, `connection ${session.conn} has ${pickable} pickable pieces`);
    }
  }

  #checkWorkers(): void {
    const workers = new Map<ActivePiece, number>();
    for (const { current } of this.#core.sessions.values()) {
      if (current) workers.set(current, (workers.get(current) ?? 0) + 1);
    }
    for (const active of this.active.values()) {
      invariant(active.workers === (workers.get(active) ?? 0), `workers of piece ${active.piece}`);
    }
  }
}
