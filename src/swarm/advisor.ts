import type { SwarmCore, Work } from './core.ts';
import type { PeerSession } from './peer-session.ts';
import { RarityOrder } from './rarity.ts';

/** Suggestions that a peer has not taken up yet, at least and at most. */
const UNTAKEN_MIN = 2;
const UNTAKEN_MAX = 16;
/** They cover what it takes in this time. */
const AHEAD_MS = 400;
/** A suggestion not taken up for so long was of a piece that the peer has from elsewhere. */
const STALE_MS = 3_000;
/** Pieces a peer did not want, remembered so that they are not suggested again and again. */
const DECLINED_MAX = 256;

interface Advice {
  /** Piece to the time of its suggestion; Infinity once the peer has asked for it. */
  readonly given: Map<number, number>;
  readonly declined: Set<number>;
  untaken: number;
}

/**
 * A source tells each peer of our kind which pieces to take from it (BEP 6 suggestions): those that the fewest
 * have or are about to get. So its upload carries what nobody else can give, and peers exchange the rest.
 */
export class Advisor {
  readonly #core: SwarmCore;
  readonly #advised = new Map<PeerSession, Advice>();
  /** All pieces, counted by the neighbours that have one or were promised it. */
  #spread: RarityOrder | undefined;

  constructor(core: SwarmCore) {
    this.#core = core;
  }

  /** We hold everything from now on. */
  start(work: Work): void {
    if (this.#spread) return;
    this.#spread = new RarityOrder(work.content.pieceCount, this.#core.chance);
    for (let piece = 0; piece < work.content.pieceCount; piece += 1) this.#spread.add(piece);
    for (const session of this.#core.sessions.values()) this.onPieces(session);
  }

  /** We no longer hold everything. */
  stop(): void {
    this.#spread = undefined;
    this.#advised.clear();
  }

  onPieces(session: PeerSession): void {
    if (!this.#spread || !session.has || session.has.isComplete) return;
    for (const piece of session.has.ones()) this.#spread.increase(piece);
  }

  onHas(session: PeerSession, piece: number): void {
    const advice = this.#advised.get(session);
    if (!advice || !this.#forget(advice, piece)) this.#spread?.increase(piece);
    advice?.declined.delete(piece);
  }

  onLost(piece: number): void {
    this.#spread?.decrease(piece);
  }

  onGone(session: PeerSession): void {
    const spread = this.#spread;
    if (!spread) return;
    for (const piece of this.#advised.get(session)?.given.keys() ?? []) spread.decrease(piece);
    this.#advised.delete(session);
    if (session.has && !session.countedAsSeed) for (const piece of session.has.ones()) spread.decrease(piece);
  }

  onRequest(session: PeerSession, piece: number, nowMs: number): void {
    const advice = this.#advised.get(session);
    const at = advice?.given.get(piece);
    if (advice && at !== undefined && at !== Infinity) {
      advice.given.set(piece, Infinity);
      advice.untaken -= 1;
    }
    this.advise(session, nowMs);
  }

  tick(nowMs: number): void {
    if (!this.#spread) return;
    for (const [session, advice] of this.#advised) {
      for (const [piece, at] of advice.given) {
        if (nowMs - at >= STALE_MS) this.#decline(session, advice, piece);
      }
    }
    for (const session of this.#core.sessions.values()) this.advise(session, nowMs);
  }

  /** Keeps some suggestions ahead of what the peer asks for. Pointless if there is only one. */
  advise(session: PeerSession, nowMs: number): void {
    const spread = this.#spread;
    if (!spread || !session.own || !session.peerInterested || !session.has || !this.#isShared()) return;
    let advice = this.#advised.get(session);
    if (!advice) this.#advised.set(session, (advice = { given: new Map(), declined: new Set(), untaken: 0 }));
    const { has } = session;
    const { given, declined } = advice;
    const wanted = this.#ahead(session, nowMs);
    while (advice.untaken < wanted) {
      const piece = spread.pick((p) => !has.get(p) && !given.has(p) && !declined.has(p));
      if (piece === undefined) return;
      given.set(piece, nowMs);
      advice.untaken += 1;
      spread.increase(piece);
      this.#core.send(session, { type: 'suggest', piece });
    }
  }

  #ahead(session: PeerSession, nowMs: number): number {
    const pieceLength = this.#core.work?.content.pieceLength ?? 1;
    const bytes = (session.up.bytesPerSecond(nowMs) * AHEAD_MS) / 1000;
    return Math.min(UNTAKEN_MAX, UNTAKEN_MIN + Math.floor(bytes / pieceLength));
  }

  #isShared(): boolean {
    let interested = 0;
    for (const { own, peerInterested } of this.#core.sessions.values()) {
      if (own && peerInterested) interested += 1;
      if (interested > 1) return true;
    }
    return false;
  }

  #decline(session: PeerSession, advice: Advice, piece: number): void {
    if (!this.#forget(advice, piece)) return;
    this.#spread?.decrease(piece);
    if (advice.declined.size >= DECLINED_MAX) advice.declined.clear();
    if (session.has?.get(piece) !== true) advice.declined.add(piece);
  }

  /** True if the piece had been suggested (and so was counted). */
  #forget(advice: Advice, piece: number): boolean {
    const at = advice.given.get(piece);
    if (at === undefined) return false;
    advice.given.delete(piece);
    if (at !== Infinity) advice.untaken -= 1;
    return true;
  }
}
