import { PeerFault, toPieceIndex, type UserId } from '../base/index.ts';
import { BLOCK_BYTES } from '../metainfo/index.ts';
import { LARGEST_REQUEST_BYTES, type BlockRange } from '../wire/index.ts';
import type { SwarmCore } from './core.ts';
import type { PeerSession } from './peer-session.ts';

/** Largest request of a stranger; BEP 3 knows clients that ask for as much. */
const STRANGER_REQUEST_BYTES = 128 * 1024;
/** What everyone may have waiting, and beyond it what it takes in this time: so those who read slowly leave room for others. */
const UNSENT_BYTES_MIN = 128 * 1024;
const UNSENT_MS = 500;
/** Whoever asked for so many times the content on one connection has got it: more is a favour. */
const TIMES_FREE = 2;
/** One peer is served so much in a row, so that whole pieces get around early. */
const TURN_BYTES = 1024 * 1024;

/**
 * Blocks that peers asked for. Read from disk only as their sockets drain, piece after piece: a peer is served until
 * its piece is through, then the next one. All connections of a user together have one user's share.
 */
export class UploadQueue {
  readonly #core: SwarmCore;
  /** Peers with something in their queue, the next one first. */
  readonly #ring: PeerSession[] = [];
  /** Users that had their turn since everyone had one. */
  readonly #served = new Set<UserId>();
  #unsentBytes = 0;
  #turnBytes = 0;
  #turnPiece = -1;

  constructor(core: SwarmCore) {
    this.#core = core;
  }

  get isBusy(): boolean {
    return this.#unsentBytes > 0 || this.#ring.length > 0;
  }

  /** Throws PeerFault for a request that no honest peer makes. */
  onRequest(session: PeerSession, range: BlockRange, nowMs: number): void {
    this.#check(session, range);
    const held = this.#core.work?.held.get(range.piece) === true && !this.#core.paused;
    if (!held || session.amChoking || session.uploads.length >= this.#core.config.requestsMax) {
      session.patience.spend(1, 'requests that could not be served', nowMs);
      this.#reject(session, range);
      return;
    }
    this.#charge(session, range, nowMs);
    session.usefulMs = nowMs;
    session.uploads.push({ piece: range.piece, begin: range.begin, length: range.length });
    if (session.uploads.length === 1) this.#ring.push(session);
    this.pump(nowMs);
  }

  #check(session: PeerSession, { piece, begin, length }: BlockRange): void {
    const content = this.#core.work?.content;
    if (!content) return;
    const lengthMax = session.own ? LARGEST_REQUEST_BYTES : STRANGER_REQUEST_BYTES;
    const index = toPieceIndex(piece, content.pieceCount);
    if (index === undefined)
      throw new PeerFault('OUT_OF_RANGE', `request for piece ${piece} of ${content.pieceCount}`);
    const pieceBytes = this.#core.pieceBytes(index);
    const isWithin = begin < pieceBytes && begin + length <= paddedToBlocks(pieceBytes);
    if (length === 0 || length > lengthMax || !isWithin) {
      throw new PeerFault('OUT_OF_RANGE', `request for ${length} B at ${begin} of piece ${piece}`);
    }
  }

  /** Each request costs a read: neither parts of blocks nor the same ones over and over are to be had for nothing. */
  #charge(session: PeerSession, { piece, begin, length }: BlockRange, nowMs: number): void {
    const { work } = this.#core;
    if (!work) return;
    const { size, pieceCount } = work.content;
    const blocks = Math.ceil(length / BLOCK_BYTES);
    session.blocksAsked += blocks;
    if (length < BLOCK_BYTES && begin + length < this.#core.pieceBytes(piece)) {
      session.patience.spend(1, 'requests for parts of blocks', nowMs);
    }
    if (session.blocksAsked > TIMES_FREE * (size / BLOCK_BYTES + pieceCount)) {
      session.patience.spend(blocks, 'requests for what it was given', nowMs);
    }
  }

  onCancel(session: PeerSession, range: BlockRange): void {
    const at = session.uploads.findIndex((queued) => isSame(queued, range));
    if (at < 0) return;
    session.uploads.splice(at, 1);
    if (session.uploads.length === 0) this.#leaveRing(session);
    this.#reject(session, range);
  }

  onBytesSent(session: PeerSession, bytes: number, nowMs: number): void {
    const sent = Math.min(bytes, session.unsentBytes);
    session.unsentBytes -= sent;
    session.up.add(bytes, nowMs);
    this.pump(nowMs);
  }

  /** The block could not be read: the peer must not wait for it. */
  onUnreadable(session: PeerSession, range: BlockRange, nowMs: number): void {
    session.unsentBytes = Math.max(0, session.unsentBytes - range.length);
    session.bytesTo -= range.length;
    this.#reject(session, range);
    this.pump(nowMs);
  }

  onGone(session: PeerSession): void {
    session.bytesTo -= Math.min(session.bytesTo, session.unsentBytes);
    session.uploads.length = 0;
    this.#leaveRing(session);
  }

  /** Answers everything that waits with a rejection. */
  rejectAll(session: PeerSession): void {
    for (const range of session.uploads.splice(0)) this.#reject(session, range);
    this.#leaveRing(session);
  }

  /**
   * Hands out blocks as long as the budgets of bytes not yet sent allow. Also to be called now and then: who stops reading gives
   * room to others, but nothing happens then.
   */
  pump(nowMs: number): void {
    this.#unsentBytes = 0;
    for (const session of this.#core.sessions.values()) {
      this.#unsentBytes += Math.min(session.unsentBytes, this.#unsentMax(session, nowMs));
    }
    while (this.#unsentBytes < this.#core.config.unsentBytesMax) {
      const session = this.#nextInTurn(nowMs);
      if (!session) return;
      this.#serve(session, nowMs);
    }
  }

  /** Bytes handed out to the peer that have not left, at most. */
  #unsentMax(session: PeerSession, nowMs: number): number {
    const isStuck = nowMs - session.spokeMs > UNSENT_MS;
    const ahead = isStuck ? 0 : (session.up.bytesPerSecond(nowMs) * UNSENT_MS) / 1000;
    return Math.min(this.#core.config.unsentBytesPerPeer, UNSENT_BYTES_MIN + ahead);
  }

  #serve(session: PeerSession, nowMs: number): void {
    const range = session.uploads.shift();
    if (!range) return;
    if (session.uploads.length === 0) this.#leaveRing(session);
    if (this.#core.work?.held.get(range.piece) !== true) {
      this.#reject(session, range);
      return;
    }
    this.#turnBytes += range.length;
    this.#turnPiece = range.piece;
    this.#unsentBytes += range.length;
    session.bytesTo += range.length;
    session.usefulMs = nowMs;
    this.#core.sendBlock(session, range);
  }

  /** The peer whose turn it is and whose socket drains: of a user that had no turn yet, if there is one. */
  #nextInTurn(nowMs: number): PeerSession | undefined {
    const first = this.#ring[0];
    if (first && this.#turnBytes > 0 && this.#isTurnOver(first)) this.#rotate();
    const found = this.#nextOf((user) => !this.#served.has(user), nowMs);
    if (found) return found;
    this.#served.clear();
    return this.#nextOf(() => true, nowMs);
  }

  #nextOf(fits: (user: UserId) => boolean, nowMs: number): PeerSession | undefined {
    for (let tries = this.#ring.length; tries > 0; tries -= 1) {
      const session = this.#ring[0]!;
      if (session.unsentBytes < this.#unsentMax(session, nowMs) && fits(session.info.user)) return session;
      this.#rotate();
    }
    return undefined;
  }

  #isTurnOver(session: PeerSession): boolean {
    return this.#turnBytes >= TURN_BYTES || session.uploads[0]?.piece !== this.#turnPiece;
  }

  #rotate(): void {
    const first = this.#ring.shift();
    if (!first) return;
    this.#ring.push(first);
    this.#endTurn(first);
  }

  #endTurn(session: PeerSession): void {
    if (this.#turnBytes > 0) this.#served.add(session.info.user);
    this.#turnBytes = 0;
    this.#turnPiece = -1;
  }

  #leaveRing(session: PeerSession): void {
    const at = this.#ring.indexOf(session);
    if (at < 0) return;
    this.#ring.splice(at, 1);
    if (at === 0) this.#endTurn(session);
  }

  #reject(session: PeerSession, { piece, begin, length }: BlockRange): void {
    if (session.fast) this.#core.send(session, { type: 'reject', piece, begin, length });
  }
}

/**
 * Where the last block of a piece would end if it were whole. To some clients (libtorrent 2.0) padding follows each file,
 * and they ask for its first bytes together with the file's last ones; BEP 47 wants such requests served.
 */
const paddedToBlocks = (pieceBytes: number): number => Math.ceil(pieceBytes / BLOCK_BYTES) * BLOCK_BYTES;

const isSame = (a: BlockRange, b: BlockRange): boolean =>
  a.piece === b.piece && a.begin === b.begin && a.length === b.length;
