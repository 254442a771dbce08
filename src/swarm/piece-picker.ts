import { invariant, toPieceIndex } from '../base/index.ts';
import { BLOCK_BYTES } from '../metainfo/index.ts';
import { ActivePiece } from './active-piece.ts';
import type { SwarmCore, Work } from './core.ts';
import type { PeerSession } from './peer-session.ts';
import { RarityOrder } from './rarity.ts';
import { Readers } from './readers.ts';
import { RANK_COUNT } from './wish.ts';

/** A source of our kind that has just suggested pieces is given so long to suggest more. */
const GUIDANCE_MS = 400;
/** Pieces announced of late, remembered for each peer. */
const NEWS_MAX = 512;

/**
 * Which piece a peer is asked for next. Each piece is in exactly one state: unknown (its hash is), unwanted, pickable
 * (in `order`), active (in `active`; also in `open` while blocks of it are missing), or held.
 */
export class PiecePicker {
  readonly #core: SwarmCore;
  readonly active = new Map<number, ActivePiece>();
  readonly open = new Set<ActivePiece>();
  readonly readers: Readers;
  readonly #buffers = new Map<ActivePiece, SharedArrayBuffer>();
  #order: RarityOrder | undefined;

  constructor(core: SwarmCore) {
    this.#core = core;
    this.readers = new Readers(core);
  }

  attach(work: Work): void {
    this.#order = new RarityOrder(work.content.pieceCount, this.#core.chance, work.wish.ranks);
    for (const piece of work.held.zeros()) this.onHashKnown(piece);
  }

  /** Pieces that nobody is asked for yet. */
  get untouched(): number {
    return this.#order?.size ?? 0;
  }

  /** Connected peers that have each piece: a byte a piece, 255 are all that fit. */
  availability(): Uint8Array {
    let seeds = 0;
    for (const { countedAsSeed } of this.#core.sessions.values()) if (countedAsSeed) seeds += 1;
    return this.#order?.counts().map((count) => Math.min(255, count + seeds)) ?? new Uint8Array();
  }

  onHashKnown(piece: number): void {
    const work = this.#core.work;
    if (!work || work.held.get(piece) || this.active.has(piece) || !work.wish.isWanted(piece)) return;
    const order = this.#order;
    if (!order || order.has(piece) || !work.layers.expected(piece)) return;
    order.add(piece);
    this.#countPickable(piece, 1);
  }

  /** Takes the piece off the list, before its rank changes; `onHashKnown` puts it back. */
  unlist(piece: number): void {
    if (this.#order?.has(piece) !== true) return;
    this.#order.remove(piece);
    this.#countPickable(piece, -1);
  }

  #countPickable(piece: number, change: 1 | -1): void {
    const rank = this.#rankOf(piece);
    for (const session of this.#core.sessions.values())
      if (session.has?.get(piece) === true) session.pickable[rank]! += change;
  }

  #rankOf(piece: number): number {
    return this.#core.work?.wish.ranks[piece] ?? RANK_COUNT;
  }

  /** The peer has one piece more. */
  onHas(session: PeerSession, piece: number): void {
    this.#order?.increase(piece);
    if (this.#order?.has(piece) !== true) return;
    session.pickable[this.#rankOf(piece)]! += 1;
    if (session.news.length >= NEWS_MAX) session.news.splice(0, NEWS_MAX / 2);
    session.news.push(piece);
  }

  onLost(session: PeerSession, piece: number): void {
    this.#order?.decrease(piece);
    if (this.#order?.has(piece) === true) session.pickable[this.#rankOf(piece)]! -= 1;
  }

  /** The peer's pieces are known now: all at once. */
  onPieces(session: PeerSession): void {
    if (!session.has) return;
    const order = this.#order;
    if (!order) return;
    session.countedAsSeed = session.has.isComplete;
    for (let rank = 0; rank < RANK_COUNT; rank += 1)
      session.pickable[rank] = session.countedAsSeed ? order.sizeOf(rank) : 0;
    if (session.countedAsSeed) return;
    for (const piece of session.has.ones()) {
      order.increase(piece);
      if (order.has(piece)) session.pickable[this.#rankOf(piece)]! += 1;
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
    if (!this.readers.isEmpty) {
      const first = this.#readNext(session);
      if (first) return this.#join(session, first === 'later' ? undefined : first);
    }
    const current = session.current;
    if (current && current.missing > 0 && this.#suits(current, session)) return current;
    this.leave(session);
    return this.#join(
      session,
      this.#abandoned(session) ?? this.#fresh(session, nowMs) ?? this.#shared(session),
    );
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

  #join(session: PeerSession, active: ActivePiece | undefined): ActivePiece | undefined {
    if (active === session.current) return active;
    this.leave(session);
    if (!active) return undefined;
    session.current = active;
    active.workers += 1;
    if (active.mustBeFromOne) active.onlyFrom ??= session;
    return active;
  }

  /**
   * What a reader comes to first of all that the peer can give: all peers together bring it. `later`: there is no memory
   * for what a reader waits for, and what is on its way elsewhere must come in first.
   */
  #readNext(session: PeerSession): ActivePiece | 'later' | undefined {
    const order = this.#order;
    for (const piece of this.readers.pieces()) {
      if (session.has?.get(piece) !== true) continue;
      const active = this.active.get(piece);
      if (active && active.missing > 0 && this.#suits(active, session)) return active;
      if (active || order?.has(piece) !== true) continue;
      const begun = this.#begin(piece) ?? (this.#sacrifice() ? this.#begin(piece) : undefined);
      return begun ?? (this.readers.isWaitedFor(piece) ? 'later' : undefined);
    }
    return undefined;
  }

  /** Gives up what was begun where nobody reads, provided that nothing of it is on its way. False: there is none. */
  #sacrifice(): boolean {
    const near = new Set(this.readers.pieces());
    let least: ActivePiece | undefined;
    for (const active of this.open) {
      if (near.has(active.piece) || active.missing + active.receivedCount < active.blockCount) continue;
      if (!least || active.receivedCount < least.receivedCount) least = active;
    }
    if (!least) return false;
    for (const session of this.#core.sessions.values()) if (session.current === least) this.leave(session);
    this.#core.wastedBytes += least.receivedCount * BLOCK_BYTES;
    this.abandon(least);
    return true;
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
    if (!order || !has || this.active.size >= this.#core.config.activePiecesMax) return undefined;
    for (let rank = 0; rank < RANK_COUNT; rank += 1) {
      if (session.pickable[rank] === 0) continue;
      const suggested = this.#suggested(session, order, rank);
      if (suggested !== undefined) return this.#begin(suggested);
      if (nowMs - session.suggestedMs < GUIDANCE_MS) return undefined;
      const piece =
        order.pick((candidate) => has.get(candidate), rank) ??
        this.#newest(session, order, rank) ??
        order.sweep(session, rank);
      if (piece !== undefined) return this.#begin(piece);
    }
    return undefined;
  }

  /** Of what the peer announced of late: where few pieces have come, that is what nobody was asked for. */
  #newest(session: PeerSession, order: RarityOrder, rank: number): number | undefined {
    for (let piece = session.news.pop(); piece !== undefined; piece = session.news.pop()) {
      if (order.has(piece) && session.has?.get(piece) === true && this.#rankOf(piece) === rank) return piece;
    }
    return undefined;
  }

  /** What the source would rather give is no reason to leave what is wanted more. */
  #suggested(session: PeerSession, order: RarityOrder, rank: number): number | undefined {
    for (;;) {
      const piece = session.suggestions.shift();
      if (piece === undefined || (order.has(piece) && this.#rankOf(piece) === rank)) return piece;
    }
  }

  #begin(number: number): ActivePiece | undefined {
    const work = this.#core.work;
    const piece = work && toPieceIndex(number, work.content.pieceCount);
    invariant(work && piece !== undefined, 'picking needs metadata');
    const buffer = this.#buffer(work.content.pieceLength);
    if (!buffer) return undefined;
    this.unlist(piece);
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
      const isOut = work.layers.expected(piece) === undefined || !work.wish.isWanted(piece);
      invariant(states === 1 || (states === 0 && isOut), `piece ${piece} is in ${states} states`);
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
      const pickable = session.pickable.map(() => 0);
      for (const piece of session.has?.ones() ?? [])
        if (this.#order?.has(piece) === true) pickable[this.#rankOf(piece)]! += 1;
      invariant(
        pickable.join() === session.pickable.join(),
        `connection ${session.conn} has ${pickable.join()} pickable pieces`,
      );
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
