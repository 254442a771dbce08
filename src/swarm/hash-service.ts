import { toPieceIndex, type PieceIndex } from '../base/index.ts';
import { answerFromLeaves, answerFromPieces, leafPieceOf, type HashRequest } from '../metainfo/index.ts';
import type { SwarmCore } from './core.ts';
import type { PeerSession } from './peer-session.ts';

const SERVE_COST = 8;
const LEAVES_COST = 100;
/** Pieces whose leaf hashes are being computed for one peer. */
const LEAVES_OWED_MAX = 1;
/** The same for all peers together, as each takes a piece's memory; the others wait. */
const LEAVES_MAX = 2;

interface LeafOrder {
  readonly session: PeerSession;
  readonly piece: PieceIndex;
  readonly request: HashRequest;
}

/** Answers peers' hash requests (BEP 52): layers from memory, leaf hashes by hashing the piece anew. */
export class HashService {
  readonly #core: SwarmCore;
  /** At most one of each peer. */
  readonly #waiting: LeafOrder[] = [];
  #underWay = 0;

  constructor(core: SwarmCore) {
    this.#core = core;
  }

  onRequest(session: PeerSession, request: HashRequest, nowMs: number): void {
    session.patience.spend(SERVE_COST, 'hash requests', nowMs);
    const { work } = this.#core;
    if (!work || session.unsentBytes > this.#core.config.unsentBytesPerPeer) {
      this.#reject(session, request);
      return;
    }
    const hashes = answerFromPieces(work.layers, request);
    if (hashes) this.#core.send(session, { type: 'hashes', request, hashes });
    else this.#onLeafRequest(session, request, nowMs);
  }

  #onLeafRequest(session: PeerSession, request: HashRequest, nowMs: number): void {
    const { work } = this.#core;
    const number = work && leafPieceOf(work.layers, request);
    const piece = number === undefined ? undefined : toPieceIndex(number, work?.content.pieceCount ?? 0);
    if (piece === undefined || work?.held.get(piece) !== true || session.leavesOwed >= LEAVES_OWED_MAX) {
      this.#reject(session, request);
      return;
    }
    session.patience.spend(LEAVES_COST, 'requests for leaf hashes', nowMs);
    session.leavesOwed += 1;
    this.#waiting.push({ session, piece, request });
    this.#next();
  }

  #next(): void {
    while (this.#underWay < LEAVES_MAX) {
      const order = this.#waiting.shift();
      if (!order) return;
      const { session, piece, request } = order;
      if (session.closed) continue;
      this.#underWay += 1;
      this.#core.emit({ type: 'serveHashes', conn: session.conn, piece, request });
    }
  }

  /** @param session undefined: it is gone meanwhile */
  onLeafHashes(session: PeerSession | undefined, request: HashRequest, leaves: Uint8Array | undefined): void {
    this.#underWay -= 1;
    this.#next();
    if (!session) return;
    session.leavesOwed = Math.max(0, session.leavesOwed - 1);
    const { work } = this.#core;
    const hashes = leaves && work && answerFromLeaves(work.layers, request, leaves);
    if (hashes) this.#core.send(session, { type: 'hashes', request, hashes });
    else this.#reject(session, request);
  }

  #reject(session: PeerSession, request: HashRequest): void {
    this.#core.send(session, { type: 'hash-reject', request });
  }
}
