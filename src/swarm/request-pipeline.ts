import { LARGEST_REQUEST_BYTES } from '../wire/index.ts';
import { BLOCK_BYTES } from '../metainfo/index.ts';
import type { ActivePiece } from './active-piece.ts';
import { adaptWindow, firstWindow, leastWindow, requestBytesFor } from './window.ts';
import type { SwarmCore } from './core.ts';
import { duplicateRun } from './end-game.ts';
import type { PeerSession, PendingRequest } from './peer-session.ts';
import type { PiecePicker } from './piece-picker.ts';

/** Cancelled requests are remembered, as their blocks may be on the way; so many at most. */
const PENDING_MAX = 2_048;
/** Requests to one peer that are waited for. */
const LIVE_MAX = 512;
/** A peer that rejects what it announced is left alone for a while. */
const REJECTED_REST_MS = 1_000;
/**
 * Requests go out in bursts of this part of the window: a message of its own for each costs both sides more than the
 * block's bytes do.
 */
const BURSTS_PER_WINDOW = 4;
const waste = new Uint8Array(LARGEST_REQUEST_BYTES);

/** Where bytes that nobody wants go. */
export const wasteTarget = (length: number): Uint8Array | undefined =>
  length <= waste.length ? waste.subarray(0, length) : undefined;

/** What a full piece needs next, and a block that is not what its leaf hash says. */
export interface PipelineEvents {
  onPieceFull(active: ActivePiece): void;
  /** False: the block is wrong, and its giver has been dealt with. */
  checkBlock(active: ActivePiece, block: number, giver: PeerSession, nowMs: number): boolean;
}

/** Asks peers for blocks, keeps each one's queue as long as its bandwidth and delay want it, and takes blocks in. */
export class RequestPipeline {
  readonly #core: SwarmCore;
  readonly #picker: PiecePicker;
  readonly #events: PipelineEvents;

  constructor(core: SwarmCore, picker: PiecePicker, events: PipelineEvents) {
    this.#core = core;
    this.#picker = picker;
    this.#events = events;
  }

  fillAll(nowMs: number): void {
    for (const session of this.#core.sessions.values()) this.fill(session, nowMs);
  }

  /** Asks the peer for as much as its window allows. */
  fill(session: PeerSession, nowMs: number): void {
    if (session.peerChoking || session.closed || session.wanted === 0 || !this.#core.isFetching) return;
    if (nowMs < session.restUntilMs) return;
    const requestBytes = this.#requestBytes(session, nowMs);
    if (session.windowBytes === 0) session.windowBytes = firstWindow(requestBytes, this.#core.config);
    const windowBytes = session.snubbed ? requestBytes : session.windowBytes;
    if (session.pendingBytes > windowBytes - Math.max(requestBytes, windowBytes / BURSTS_PER_WINDOW)) return;
    while (session.pendingBytes < windowBytes && session.pending.length < this.#requestsMax(session)) {
      if (this.#requestLate(session, requestBytes, nowMs)) continue;
      const active = this.#picker.next(session, nowMs);
      if (active) this.#requestFrom(session, active, requestBytes, nowMs);
      else if (!this.#requestAgain(session, requestBytes, nowMs)) return;
    }
  }

  #requestsMax(session: PeerSession): number {
    return session.snubbed ? 1 : Math.min(LIVE_MAX, Math.max(1, session.requestsMax));
  }

  #requestBytes(session: PeerSession, nowMs: number): number {
    if (!session.own) return BLOCK_BYTES;
    const largest = Math.min(
      this.#core.config.ownRequestBytes,
      session.own.requestBytesMax,
      LARGEST_REQUEST_BYTES,
    );
    return requestBytesFor(session, largest, nowMs);
  }

  #requestFrom(session: PeerSession, active: ActivePiece, requestBytes: number, nowMs: number): void {
    const run = active.takeRun(session, requestBytes / BLOCK_BYTES);
    if (active.missing === 0) this.#picker.open.delete(active);
    if (run) this.#request(session, active.piece, run, nowMs);
  }

  /** End game: nothing is left that nobody was asked for, so what is late elsewhere is asked for twice. */
  #requestAgain(session: PeerSession, requestBytes: number, nowMs: number): boolean {
    if (this.#picker.untouched > 0) return false;
    return this.#requestTwice(session, requestBytes, undefined, nowMs);
  }

  /** What a reader waits for and somebody slow was asked for is asked for twice, too. */
  #requestLate(session: PeerSession, requestBytes: number, nowMs: number): boolean {
    if (this.#picker.readers.isEmpty) return false;
    const late: ActivePiece[] = [];
    for (const piece of this.#picker.readers.waitedFor()) {
      const active = this.#picker.active.get(piece);
      if (active?.missing === 0) late.push(active);
    }
    return late.length > 0 && this.#requestTwice(session, requestBytes, late, nowMs);
  }

  #requestTwice(
    session: PeerSession,
    requestBytes: number,
    awaited: readonly ActivePiece[] | undefined,
    nowMs: number,
  ): boolean {
    const isUnproven = session.bytesFrom === 0;
    if (session.snubbed || (isUnproven && session.barrenSinceMs !== undefined)) return false;
    const found = duplicateRun(this.#picker, session, requestBytes, nowMs, awaited);
    if (!found) return false;
    found.active.duplicated = true;
    const first = found.run.begin / BLOCK_BYTES;
    // One that has given nothing so far may never do so: others may be asked, too.
    const blocks = isUnproven ? 0 : Math.ceil(found.run.length / BLOCK_BYTES);
    for (let n = 0; n < blocks; n += 1) found.active.twice.add(first + n);
    this.#request(session, found.active.piece, found.run, nowMs);
    return true;
  }

  #request(session: PeerSession, piece: number, run: { begin: number; length: number }, nowMs: number): void {
    if (session.pendingBytes === 0) session.progressMs = nowMs;
    session.barrenSinceMs ??= nowMs;
    const request: PendingRequest = {
      piece,
      begin: run.begin,
      length: run.length,
      sentMs: nowMs,
      state: 'live',
    };
    session.pending.push(request);
    session.pendingBytes += run.length;
    session.usefulMs = nowMs;
    this.#core.send(session, { type: 'request', piece, begin: run.begin, length: run.length });
  }

  /** See MessageSink.blockTarget. */
  blockTarget(
    session: PeerSession,
    piece: number,
    begin: number,
    length: number,
    nowMs: number,
  ): Uint8Array | undefined {
    session.progressMs = nowMs;
    const now = session.incoming;
    if (now && now.request.piece === piece && now.request.begin === begin && now.request.length === length) {
      return now.target;
    }
    const request = session.pending.find(
      (r) => r.piece === piece && r.begin === begin && r.length === length,
    );
    if (!request) return undefined;
    this.#startBlock(session, request);
    return session.incoming?.target;
  }

  #startBlock(session: PeerSession, request: PendingRequest): void {
    const { piece, begin, length } = request;
    const active = this.#picker.active.get(piece);
    if (!active || request.state === 'cancelled' || !this.#picker.isTaking(active, session)) {
      session.incoming = { request, active: undefined, inPlace: false, target: waste.subarray(0, length) };
      return;
    }
    const inPlace = active.claim(session, begin, length);
    if (active.missing === 0) this.#picker.open.delete(active);
    const target = inPlace ? active.bytes.subarray(begin, begin + length) : new Uint8Array(length);
    session.incoming = { request, active, inPlace, target };
  }

  onBlock(session: PeerSession, nowMs: number): void {
    const incoming = session.incoming;
    if (!incoming) return;
    session.incoming = undefined;
    const { request, active } = incoming;
    this.#settle(session, request);
    session.down.add(request.length, nowMs);
    session.bytesFrom += request.length;
    session.snubbed = false;
    session.barrenSinceMs = undefined;
    if (request.state !== 'cancelled') adaptWindow(session, request, this.#core.config, nowMs);
    if (active && this.#picker.isTaking(active, session)) this.#takeIn(session, active, incoming, nowMs);
    else this.#core.wastedBytes += request.length;
    if (!session.closed) this.fill(session, nowMs);
  }

  #takeIn(
    session: PeerSession,
    active: ActivePiece,
    incoming: { request: PendingRequest; inPlace: boolean; target: Uint8Array },
    nowMs: number,
  ): void {
    const { begin, length } = incoming.request;
    const end = Math.ceil((begin + length) / BLOCK_BYTES);
    for (let block = begin / BLOCK_BYTES; block < end && !session.closed; block += 1) {
      if (active.isReceived(block)) {
        this.#core.wastedBytes += BLOCK_BYTES;
        continue;
      }
      if (!incoming.inPlace) this.#copyBlock(session, active, block, incoming);
      if (this.#events.checkBlock(active, block, session, nowMs)) active.receive(block, session);
    }
    if (session.closed) active.release(session, begin, length);
    if (active.missing === 0) this.#picker.open.delete(active);
    else this.#picker.reopen(active);
    if (active.duplicated) this.#cancelReceived(active, nowMs);
    if (active.isFull) this.#events.onPieceFull(active);
  }

  /** The first to deliver a block wins; who is writing it in place meanwhile goes on elsewhere. */
  #copyBlock(
    session: PeerSession,
    active: ActivePiece,
    block: number,
    incoming: { request: PendingRequest; target: Uint8Array },
  ): void {
    const holder = active.holderOf(block);
    if (holder && holder !== session) this.detach(holder);
    const from = block * BLOCK_BYTES - incoming.request.begin;
    active.bytes.set(incoming.target.subarray(from, from + BLOCK_BYTES), block * BLOCK_BYTES);
  }

  /** What the peer is just sending no longer goes to the piece's own memory, but is kept. */
  detach(session: PeerSession): void {
    const incoming = session.incoming;
    if (!incoming?.inPlace) return;
    incoming.inPlace = false;
    incoming.target = new Uint8Array(incoming.target);
  }

  #cancelReceived(active: ActivePiece, nowMs: number): void {
    for (const session of this.#core.sessions.values()) {
      let cancelled = false;
      for (const request of session.pending) {
        if (request.piece !== active.piece || request.state === 'cancelled') continue;
        if (!isCovered(active, request)) continue;
        this.#cancel(session, request);
        cancelled = true;
      }
      if (cancelled) this.fill(session, nowMs);
    }
  }

  #cancel(session: PeerSession, request: PendingRequest): void {
    if (request.state === 'live') session.pendingBytes -= request.length;
    request.state = 'cancelled';
    if (session.pendingBytes === 0) session.barrenSinceMs = undefined;
    const { piece, begin, length } = request;
    // What is coming in already can't be cancelled.
    if (session.incoming?.request !== request)
      this.#core.send(session, { type: 'cancel', piece, begin, length });
    if (session.pending.length <= PENDING_MAX) return;
    const oldest = session.pending.findIndex(
      (r) => r.state === 'cancelled' && r !== session.incoming?.request,
    );
    if (oldest >= 0) session.pending.splice(oldest, 1);
  }

  /** The request has been answered, one way or the other. */
  #settle(session: PeerSession, request: PendingRequest): void {
    const at = session.pending.indexOf(request);
    if (at === 0) session.pending.shift();
    else if (at > 0) session.pending.splice(at, 1);
    if (request.state === 'live') session.pendingBytes -= request.length;
  }

  /** BEP 6: it will not send this block. False: it was not asked to. */
  onReject(session: PeerSession, piece: number, begin: number, length: number, nowMs: number): boolean {
    const request = session.pending.find(
      (r) => r.piece === piece && r.begin === begin && r.length === length,
    );
    if (!request) return false;
    this.#settle(session, request);
    if (request.state !== 'live') return true;
    // It should have had the piece. Asking it again at once would go on for ever.
    session.restUntilMs = nowMs + REJECTED_REST_MS;
    session.windowBytes = leastWindow(this.#requestBytes(session, nowMs));
    this.#giveBack(session, request);
    if (session.current?.piece === piece) this.#picker.leave(session);
    this.#fillOthers(session, nowMs);
    return true;
  }

  #fillOthers(session: PeerSession, nowMs: number): void {
    for (const other of this.#core.sessions.values()) if (other !== session) this.fill(other, nowMs);
  }

  /** Choked: what was asked for is void (BEP 3); a fast peer says so request by request (BEP 6). */
  onChoked(session: PeerSession, nowMs: number): void {
    session.barrenSinceMs = undefined;
    this.releaseAll(session);
    this.#fillOthers(session, nowMs);
  }

  /** What came before a choke is here by now: a peer without BEP 6 will not answer the rest. */
  onUnchoked(session: PeerSession, nowMs: number): void {
    if (!session.fast) {
      const live = session.pending.filter(
        (request) => request.state === 'live' || request === session.incoming?.request,
      );
      session.pending.splice(0, session.pending.length, ...live);
    }
    this.fill(session, nowMs);
  }

  /** Others may be asked for what this peer was asked for. */
  releaseAll(session: PeerSession): void {
    this.detach(session);
    this.#picker.leave(session);
    for (const request of session.pending) {
      if (request.state !== 'live') continue;
      request.state = 'released';
      this.#giveBack(session, request);
    }
    session.pendingBytes = 0;
  }

  #giveBack(session: PeerSession, request: PendingRequest): void {
    const active = this.#picker.active.get(request.piece);
    if (!active) return;
    active.release(session, request.begin, request.length);
    active.duplicated = true;
    if (active.onlyFrom === session && active.mustBeFromOne) {
      active.onlyFrom = undefined;
      active.reset();
    }
    if (!active.verifying && !active.judging) this.#picker.reopen(active);
  }

  /** The piece is not wanted any more: nobody is to send more of it, and its memory goes back. */
  giveUp(active: ActivePiece): void {
    for (const session of this.#core.sessions.values()) {
      if (session.incoming?.active === active) this.detach(session);
      if (session.current === active) this.#picker.leave(session);
      const asked = session.pending.filter((r) => r.piece === active.piece && r.state !== 'cancelled');
      for (const request of asked) this.#cancel(session, request);
    }
    this.#core.wastedBytes += active.receivedCount * BLOCK_BYTES;
    this.#picker.drop(active);
  }

  /** Nothing more is to be asked for: complete, paused or stopped. */
  cancelAll(): void {
    for (const session of this.#core.sessions.values()) {
      const live = session.pending.filter((request) => request.state !== 'cancelled');
      this.releaseAll(session);
      for (const request of live) this.#cancel(session, request);
    }
  }

  /** Peers that take requests and send nothing are asked for little, and others for what they owe. */
  tick(nowMs: number): void {
    let snubbed = false;
    for (const session of this.#core.sessions.values()) {
      if (session.pendingBytes === 0 || nowMs - session.progressMs < this.#core.config.snubMs) continue;
      session.snubbed = true;
      session.progressMs = nowMs;
      session.slowStart = false;
      session.windowBytes = leastWindow(this.#requestBytes(session, nowMs));
      this.releaseAll(session);
      snubbed = true;
    }
    if (snubbed || this.#core.isFetching) this.fillAll(nowMs);
  }
}

function isCovered(active: ActivePiece, { begin, length }: PendingRequest): boolean {
  const end = Math.ceil((begin + length) / BLOCK_BYTES);
  for (let block = begin / BLOCK_BYTES; block < end; block += 1) if (!active.isReceived(block)) return false;
  return true;
}
