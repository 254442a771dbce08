import { equalBytes, PeerFault } from '../base/index.ts';
import { pieceAt, type ContentFile, type HashRequest } from '../metainfo/index.ts';
import type { SwarmCore, Work } from './core.ts';
import type { PeerSession } from './peer-session.ts';

const ASKED_PER_PEER = 8;
const ASKED_MAX = 64;
const PATIENCE_MS = 8_000;
const REJECTIONS_MAX = 16;
/** No answer for so long: another user's peer is asked for the same. */
const HEDGE_MS = 500;

interface Asked {
  readonly request: HashRequest;
  readonly from: PeerSession;
  readonly firstPiece: number;
  readonly sentMs: number;
  /** Another peer was asked for the same. */
  hedged: boolean;
}

/** Fetches the piece layers (BEP 52 hash requests), in parts of up to 512 hashes, each proven by itself. */
export class LayerFetch {
  readonly #core: SwarmCore;
  readonly #onKnown: (pieces: Iterable<number>, nowMs: number) => void;
  readonly #pressing: () => Iterable<number>;
  #asked: Asked[] = [];
  /** Goes through the pieces whose hash is missing; a new round begins when parts failed. */
  #round: Generator<number> | undefined;
  #skipTo = 0;
  #done = false;

  /** `pressing`: pieces whose hashes are wanted before others. */
  constructor(
    core: SwarmCore,
    onKnown: (pieces: Iterable<number>, nowMs: number) => void,
    pressing: () => Iterable<number>,
  ) {
    this.#core = core;
    this.#onKnown = onKnown;
    this.#pressing = pressing;
  }

  get isBusy(): boolean {
    return this.#asked.length > 0;
  }

  /** Asks peers for what is missing, as far as the limits allow. */
  start(nowMs: number): void {
    const { work, paused, stopped } = this.#core;
    // Also when all that is wanted is here: who serves a part is asked for its hashes.
    if (!work || this.#done || paused || stopped) return;
    if (work.layers.isComplete) {
      this.#done = true;
      return;
    }
    for (const session of this.#inOrder()) {
      while (this.#canAsk(session)) {
        const pressing = this.#pressingPiece(work);
        const piece = pressing ?? this.#nextPiece(work);
        if (piece === undefined) return;
        const end = this.#ask(session, work, piece, nowMs);
        if (pressing === undefined) this.#skipTo = end;
      }
    }
  }

  /** Those who owed an answer before come last. */
  #inOrder(): PeerSession[] {
    return [...this.#core.sessions.values()].sort((a, b) => a.hashRejections - b.hashRejections);
  }

  #canAsk(session: PeerSession): boolean {
    if (this.#asked.length >= ASKED_MAX || session.hashesAsked >= ASKED_PER_PEER) return false;
    return session.hashRejections < REJECTIONS_MAX && (session.has?.count ?? 0) > 0;
  }

  #pressingPiece(work: Work): number | undefined {
    for (const piece of this.#pressing()) {
      if (work.layers.expected(piece) || this.#asked.some((asked) => covers(asked, piece))) continue;
      return piece;
    }
    return undefined;
  }

  #nextPiece(work: Work): number | undefined {
    if (!this.#round) {
      // A new round asks again for all that is missing: only when nothing is on its way.
      if (this.#asked.length > 0) return undefined;
      this.#round = work.layers.missing();
      this.#skipTo = 0;
    }
    for (;;) {
      const next = this.#round.next();
      if (next.done === true) {
        this.#round = undefined;
        return undefined;
      }
      if (next.value >= this.#skipTo) return next.value;
    }
  }

  /** After the last piece whose hash comes by that. */
  #ask(session: PeerSession, work: Work, piece: number, nowMs: number): number {
    const request = work.layers.requestFor(piece);
    if (!request) return piece + 1;
    const file = work.content.files[pieceAt(work.content, piece).file] as ContentFile;
    const firstPiece = file.firstPiece + request.index;
    this.#send({ request, from: session, firstPiece, sentMs: nowMs, hedged: false });
    return Math.min(firstPiece + request.length, file.firstPiece + file.pieceCount);
  }

  #send(asked: Asked): void {
    const { from, request } = asked;
    this.#asked.push(asked);
    from.hashesAsked += 1;
    this.#core.send(from, { type: 'hash-request', request });
  }

  /** Nobody can keep the hashes from us by being asked first: who does not answer soon is not waited for. */
  #hedge(late: Asked, nowMs: number): void {
    const users = new Set(
      this.#asked
        .filter(({ request }) => isSameRequest(request, late.request))
        .map(({ from }) => from.info.user),
    );
    const other = this.#inOrder().find((session) => this.#canAsk(session) && !users.has(session.info.user));
    if (!other) return;
    late.hedged = true;
    this.#send({ ...late, from: other, sentMs: nowMs, hedged: false });
  }

  /** False if the answer belongs to no request of ours. Throws PeerFault for hashes that prove nothing. */
  onHashes(session: PeerSession, request: HashRequest, hashes: Uint8Array, nowMs: number): boolean {
    const asked = this.#take(session, request);
    const { work } = this.#core;
    if (!asked || !work) return false;
    if (!work.layers.accept(asked.request, hashes)) {
      throw new PeerFault('BAD_HASHES', 'hashes that do not lead to the root of their file');
    }
    session.usefulMs = nowMs;
    const all = work.layers.isComplete;
    if (all) this.#core.emit({ type: 'pieceLayers', layers: work.layers });
    // Another file may have the same root: the last part makes known whatever was learned on the way.
    this.#onKnown(all ? range(0, work.content.pieceCount) : this.#piecesOf(asked, work), nowMs);
    this.start(nowMs);
    return true;
  }

  #piecesOf(asked: Asked, work: Work): Iterable<number> {
    return range(
      asked.firstPiece,
      Math.min(asked.firstPiece + asked.request.length, work.content.pieceCount),
    );
  }

  onRejected(session: PeerSession, request: HashRequest, nowMs: number): boolean {
    const asked = this.#take(session, request);
    if (!asked) return false;
    session.hashRejections += 1;
    this.start(nowMs);
    return true;
  }

  onGone(session: PeerSession, nowMs: number): void {
    this.#asked = this.#asked.filter((asked) => asked.from !== session);
    this.start(nowMs);
  }

  tick(nowMs: number): void {
    for (const asked of this.#asked.filter((old) => nowMs - old.sentMs > PATIENCE_MS)) {
      this.#take(asked.from, asked.request);
      asked.from.hashRejections += 1;
    }
    for (const asked of this.#asked.filter((late) => !late.hedged && nowMs - late.sentMs > HEDGE_MS)) {
      this.#hedge(asked, nowMs);
    }
    this.start(nowMs);
  }

  #take(session: PeerSession, request: HashRequest): Asked | undefined {
    const at = this.#asked.findIndex(
      (asked) => asked.from === session && isSameRequest(asked.request, request),
    );
    if (at < 0) return undefined;
    session.hashesAsked -= 1;
    return this.#asked.splice(at, 1)[0];
  }
}

const covers = ({ firstPiece, request }: Asked, piece: number): boolean =>
  firstPiece <= piece && piece < firstPiece + request.length;

export const isSameRequest = (a: HashRequest, b: HashRequest): boolean =>
  a.index === b.index &&
  a.length === b.length &&
  a.baseLayer === b.baseLayer &&
  a.proofLayers === b.proofLayers &&
  equalBytes(a.piecesRoot, b.piecesRoot);

function* range(first: number, end: number): Generator<number> {
  for (let n = first; n < end; n += 1) yield n;
}
