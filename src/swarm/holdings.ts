import { invariant, PeerFault, toPieceIndex, type PieceIndex } from '../base/index.ts';
import { Bitfield } from '../metainfo/index.ts';
import type { Advisor } from './advisor.ts';
import type { SwarmCore, Work } from './core.ts';
import type { PeerSession } from './peer-session.ts';
import type { PiecePicker } from './piece-picker.ts';

/** Pieces a peer may announce before we know how many there are. */
const EARLY_MAX = 100_000;
const REPEATED_COST = 100;
/** A peer that lacks fewer of our pieces may be waiting for the next one. */
const CHOICE = 32;

/** Who has which pieces, we included, and who is interested in whom. */
export class Holdings {
  readonly #core: SwarmCore;
  readonly #picker: PiecePicker;
  readonly #advisor: Advisor;

  constructor(core: SwarmCore, picker: PiecePicker, advisor: Advisor) {
    this.#core = core;
    this.#picker = picker;
    this.#advisor = advisor;
  }

  /** The metadata is here: what peers said so far gets its meaning. */
  attach(work: Work, nowMs: number): void {
    this.#picker.attach(work);
    if (work.held.isComplete) this.#advisor.start(work);
    for (const session of this.#core.sessions.values()) this.#settleEarly(session, work, nowMs);
  }

  #settleEarly(session: PeerSession, work: Work, nowMs: number): void {
    const { all, bits, haves } = session.early;
    const size = work.content.pieceCount;
    const field = all ? Bitfield.full(size) : bits ? Bitfield.fromBytes(bits, size) : new Bitfield(size);
    const fits = field && [...haves].every((piece) => toPieceIndex(piece, size) !== undefined);
    if (!fits) {
      const fault = new PeerFault('OUT_OF_RANGE', 'announced pieces that do not exist');
      this.#core.close(session, nowMs, fault.message, fault);
      return;
    }
    for (const piece of haves) field.set(piece);
    this.#set(session, field);
  }

  onAll(session: PeerSession, nowMs: number): void {
    this.#onFirst(session, nowMs);
    session.early.all = true;
    session.early.bits = undefined;
    const { work } = this.#core;
    if (work) this.#set(session, Bitfield.full(work.content.pieceCount));
  }

  onNone(session: PeerSession, nowMs: number): void {
    this.#onFirst(session, nowMs);
    const { work } = this.#core;
    if (work) this.#set(session, new Bitfield(work.content.pieceCount));
  }

  /** Throws PeerFault for bits of pieces that do not exist. */
  onBitfield(session: PeerSession, bits: Uint8Array, nowMs: number): void {
    this.#onFirst(session, nowMs);
    const { work } = this.#core;
    if (!work) {
      session.early.bits = bits;
      return;
    }
    const field = Bitfield.fromBytes(bits, work.content.pieceCount);
    if (!field)
      throw new PeerFault(
        'OUT_OF_RANGE',
        `a bitfield of ${bits.length} B for ${work.content.pieceCount} pieces`,
      );
    this.#set(session, field);
  }

  #onFirst(session: PeerSession, nowMs: number): void {
    if (session.saidPieces) session.patience.spend(REPEATED_COST, 'bitfields', nowMs);
    session.saidPieces = true;
  }

  #set(session: PeerSession, field: Bitfield): void {
    const { work } = this.#core;
    invariant(work, 'pieces need metadata');
    if (session.has) {
      this.#picker.onGone(session);
      this.#advisor.onGone(session);
    }
    session.has = field;
    session.wanted = 0;
    if (field.isComplete) session.wanted = work.wish.lacking;
    else for (const piece of field.ones()) if (isLacking(work, piece)) session.wanted += 1;
    this.#picker.onPieces(session);
    this.#advisor.onPieces(session);
    this.updateInterest(session);
  }

  /** True if it was news. Throws PeerFault for a piece that does not exist. */
  onHave(session: PeerSession, number: number, nowMs: number): boolean {
    const { work } = this.#core;
    if (!work) {
      if (session.early.haves.size >= EARLY_MAX) throw new PeerFault('FLOOD', 'pieces announced');
      session.early.haves.add(number);
      return false;
    }
    const piece = this.#index(work, number);
    if (!this.#field(session, work).set(piece)) {
      session.patience.spend(1, 'pieces announced again', nowMs);
      return false;
    }
    this.#picker.onHas(session, piece);
    this.#advisor.onHas(session, piece);
    if (!isLacking(work, piece)) return true;
    session.wanted += 1;
    session.usefulMs = nowMs;
    this.updateInterest(session);
    return true;
  }

  /** A peer that said nothing has nothing (BEP 3: the bitfield may be left out). */
  #field(session: PeerSession, work: Work): Bitfield {
    session.has ??= new Bitfield(work.content.pieceCount);
    return session.has;
  }

  /** BEP 54. */
  onDontHave(session: PeerSession, number: number, nowMs: number): void {
    session.patience.spend(1, 'pieces lost', nowMs);
    const { work } = this.#core;
    if (!work) {
      session.early.haves.delete(number);
      return;
    }
    const piece = this.#index(work, number);
    this.#picker.countSingly(session);
    if (session.has?.clear(piece) !== true) return;
    this.#picker.onLost(session, piece);
    this.#advisor.onLost(piece);
    if (!isLacking(work, piece)) return;
    session.wanted -= 1;
    this.updateInterest(session);
  }

  #index(work: Work, number: number): PieceIndex {
    const piece = toPieceIndex(number, work.content.pieceCount);
    if (piece === undefined)
      throw new PeerFault('OUT_OF_RANGE', `piece ${number} of ${work.content.pieceCount}`);
    return piece;
  }

  /** We hold one piece more. */
  onHeld(piece: number): void {
    const { work } = this.#core;
    if (!work?.held.set(piece)) return;
    work.wish.onHeld(piece, true);
    const wasWanted = work.wish.isWanted(piece);
    this.#core.heldBytes += this.#core.pieceBytes(piece);
    for (const session of this.#core.sessions.values()) {
      session.untold.push(piece);
      if (session.has?.get(piece) !== true) {
        if (isPressing(session, work)) this.#core.tellHeld(session);
        continue;
      }
      if (wasWanted) session.wanted -= 1;
      this.updateInterest(session);
    }
  }

  /** A piece we held is gone from the disk. */
  onDropped(piece: number): void {
    const { work } = this.#core;
    if (!work?.held.clear(piece)) return;
    work.wish.onHeld(piece, false);
    const isWanted = work.wish.isWanted(piece);
    this.#core.heldBytes -= this.#core.pieceBytes(piece);
    this.#picker.onHashKnown(piece);
    for (const session of this.#core.sessions.values()) {
      const id = session.ids.dontHave;
      if (id !== undefined) this.#core.send(session, { type: 'dont-have', id, piece });
      if (isWanted && session.has?.get(piece) === true) session.wanted += 1;
      this.updateInterest(session);
    }
  }

  /** A piece is wanted from now on, or no longer: `sign`. */
  onWish(piece: number, sign: 1 | -1): void {
    if (this.#core.work?.held.get(piece) === true) return;
    for (const session of this.#core.sessions.values()) {
      if (session.has?.get(piece) === true) session.wanted += sign;
    }
  }

  updateAllInterest(): void {
    for (const session of this.#core.sessions.values()) this.updateInterest(session);
  }

  updateInterest(session: PeerSession): void {
    const interested = session.wanted > 0 && this.#core.isFetching;
    if (interested === session.amInterested) return;
    session.amInterested = interested;
    this.#core.send(session, { type: interested ? 'interested' : 'not-interested' });
  }

  /** For tests. */
  checkInvariants(): void {
    const { work } = this.#core;
    if (!work) return;
    let lacking = 0;
    for (const piece of work.held.zeros()) if (work.wish.isWanted(piece)) lacking += 1;
    invariant(lacking === work.wish.lacking, `${lacking} pieces are wanted and not held`);
    for (const session of this.#core.sessions.values()) {
      let wanted = 0;
      for (const piece of session.has?.ones() ?? []) if (isLacking(work, piece)) wanted += 1;
      invariant(wanted === session.wanted, `connection ${session.conn} has ${wanted} wanted pieces`);
    }
  }
}

const isLacking = ({ held, wish }: Work, piece: number): boolean => !held.get(piece) && wish.isWanted(piece);

/**
 * Whether the peer must hear of a new piece at once. Each announcement by itself is a packet and a wake-up, as many
 * as there are pieces times peers: who has enough to choose from hears of several together.
 */
function isPressing({ has, wanted }: PeerSession, { held }: Work): boolean {
  // What is not wanted counts as common: then it hears at once rather than too late.
  const common = has ? has.count - wanted : 0;
  return held.count - common <= CHOICE;
}
