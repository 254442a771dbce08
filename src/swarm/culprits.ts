import { equalBytes, invariant, PeerFault } from '../base/index.ts';
import { HASH_BYTES, leafHashes, leafRequests, provenLeaves, type HashRequest } from '../metainfo/index.ts';
import type { ActivePiece } from './active-piece.ts';
import type { Bans } from './bans.ts';
import type { SwarmCore } from './core.ts';
import { isSameRequest } from './hash-exchange.ts';
import type { PeerSession } from './peer-session.ts';
import type { PiecePicker } from './piece-picker.ts';

const PATIENCE_MS = 8_000;
/** Failed pieces of which nobody could say what was wrong, remembered until they are right. */
const DOUBTS_MAX = 64;

/** One failed piece whose leaf hashes are being fetched. */
interface Trial {
  readonly active: ActivePiece;
  readonly requests: readonly HashRequest[];
  readonly answers: (Uint8Array | undefined)[];
  readonly tried: Set<PeerSession>;
  from: PeerSession | undefined;
  sentMs: number;
}

/** What a failed piece was made of: hashes of its blocks, and who gave each. */
interface Doubt {
  readonly leaves: Uint8Array;
  readonly givers: readonly (PeerSession | undefined)[];
}

/**
 * A piece failed: who gave bad blocks? If one peer gave all of it, that one. Else the leaf hashes of the piece are
 * fetched (BEP 52; they prove themselves against the hash of the piece, so any peer will do) and tell block by block.
 * If nobody has them, the piece is fetched anew from one peer alone, and once it is right it tells the same.
 */
export class Culprits {
  readonly #core: SwarmCore;
  readonly #picker: PiecePicker;
  readonly #bans: Bans;
  readonly #trials = new Map<number, Trial>();
  readonly #doubts = new Map<number, Doubt>();

  constructor(core: SwarmCore, picker: PiecePicker, bans: Bans) {
    this.#core = core;
    this.#picker = picker;
    this.#bans = bans;
  }

  get isBusy(): boolean {
    return this.#trials.size > 0;
  }

  onPieceBad(active: ActivePiece, nowMs: number): void {
    this.#core.badPieces += 1;
    active.verifying = false;
    const [giver, ...others] = active.givers();
    invariant(giver, 'a full piece has givers');
    if (others.length === 0) {
      this.#core.wastedBytes += active.bytes.length;
      active.mustBeFromOne = false;
      active.reset();
      this.#picker.reopen(active);
      this.#blame(giver, active.piece, nowMs);
      return;
    }
    active.judging = true;
    const { work } = this.#core;
    invariant(work, 'pieces need metadata');
    const requests = leafRequests(work.layers, active.piece);
    const answers = requests.map(() => undefined);
    const trial: Trial = { active, requests, answers, tried: new Set(), from: undefined, sentMs: nowMs };
    this.#trials.set(active.piece, trial);
    this.#ask(trial, nowMs);
  }

  /** Asks the next peer that holds the piece. */
  #ask(trial: Trial, nowMs: number): void {
    trial.answers.fill(undefined);
    trial.sentMs = nowMs;
    trial.from = this.#nextWitness(trial);
    if (!trial.from) {
      this.#endInDoubt(trial);
      return;
    }
    trial.tried.add(trial.from);
    for (const request of trial.requests) this.#core.send(trial.from, { type: 'hash-request', request });
  }

  #nextWitness(trial: Trial): PeerSession | undefined {
    for (const session of this.#core.sessions.values()) {
      if (session.has?.get(trial.active.piece) === true && !trial.tried.has(session)) return session;
    }
    return undefined;
  }

  /** False if the answer belongs to no trial. Throws PeerFault for hashes that prove nothing. */
  onHashes(session: PeerSession, request: HashRequest, hashes: Uint8Array, nowMs: number): boolean {
    const trial = this.#trialOf(session, request);
    const { work } = this.#core;
    if (!trial || !work) return false;
    const leaves = provenLeaves(work.layers, trial.active.piece, request, hashes);
    if (!leaves) throw new PeerFault('BAD_HASHES', 'leaf hashes that do not lead to the hash of their piece');
    trial.answers[trial.requests.findIndex((asked) => isSameRequest(asked, request))] = leaves;
    if (trial.answers.every((answer) => answer !== undefined)) {
      this.#judge(trial, new Uint8Array(Buffer.concat(trial.answers)), nowMs);
    }
    return true;
  }

  onRejected(session: PeerSession, request: HashRequest, nowMs: number): boolean {
    const trial = this.#trialOf(session, request);
    if (trial) this.#ask(trial, nowMs);
    return trial !== undefined;
  }

  onGone(session: PeerSession, nowMs: number): void {
    for (const trial of this.#trials.values()) if (trial.from === session) this.#ask(trial, nowMs);
  }

  tick(nowMs: number): void {
    for (const trial of this.#trials.values())
      if (nowMs - trial.sentMs > PATIENCE_MS) this.#ask(trial, nowMs);
  }

  /** The download is paused: failed pieces are given up with the others. */
  stop(): void {
    for (const { active } of this.#trials.values()) active.judging = false;
    this.#trials.clear();
  }

  /** The piece is given up: nobody looks any more for who was wrong. */
  forget(piece: number): void {
    this.#trials.delete(piece);
  }

  #trialOf(session: PeerSession, request: HashRequest): Trial | undefined {
    for (const trial of this.#trials.values()) {
      if (trial.from === session && trial.requests.some((asked) => isSameRequest(asked, request)))
        return trial;
    }
    return undefined;
  }

  /** Good blocks stay, bad ones are wanted anew, and who gave those is gone. */
  #judge(trial: Trial, leaves: Uint8Array, nowMs: number): void {
    const { active } = trial;
    this.#trials.delete(active.piece);
    active.judging = false;
    active.leaves = leaves;
    const ours = leafHashes(active.bytes);
    const guilty = new Set<PeerSession>();
    for (let block = 0; block < active.blockCount; block += 1) {
      if (isSameHash(ours, leaves, block)) continue;
      const giver = active.holderOf(block);
      if (giver) guilty.add(giver);
      this.#core.wastedBytes += active.blockBytes(block).length;
      active.miss(block);
    }
    // All blocks right and the piece wrong: a fault of ours (memory, disk), nobody else's.
    if (guilty.size === 0) active.reset();
    this.#picker.reopen(active);
    for (const session of guilty) this.#blame(session, active.piece, nowMs);
  }

  #endInDoubt(trial: Trial): void {
    const { active } = trial;
    this.#trials.delete(active.piece);
    active.judging = false;
    active.mustBeFromOne = true;
    active.onlyFrom = undefined;
    this.#core.wastedBytes += active.bytes.length;
    if (this.#doubts.size < DOUBTS_MAX) this.#doubts.set(active.piece, doubtOf(active));
    active.reset();
    this.#picker.reopen(active);
    for (const session of this.#core.sessions.values()) {
      if (session.current === active) this.#picker.leave(session);
    }
  }

  /** The piece is right: if it failed before, it shows whose blocks were wrong then. */
  onPieceGood(active: ActivePiece, nowMs: number): void {
    const doubt = this.#doubts.get(active.piece);
    if (!doubt) return;
    this.#doubts.delete(active.piece);
    const truth = leafHashes(active.bytes);
    const guilty = doubt.givers.filter((giver, block) => giver && !isSameHash(doubt.leaves, truth, block));
    for (const giver of new Set(guilty)) if (giver) this.#blame(giver, active.piece, nowMs);
  }

  /** A block of a piece whose leaf hashes are known is checked as it comes. */
  checkBlock(active: ActivePiece, block: number, giver: PeerSession, nowMs: number): boolean {
    if (!active.leaves || isSameHash(leafHashes(active.blockBytes(block)), active.leaves, block, 0))
      return true;
    this.#core.wastedBytes += active.blockBytes(block).length;
    active.miss(block);
    this.#picker.reopen(active);
    this.#blame(giver, active.piece, nowMs);
    return false;
  }

  #blame(session: PeerSession, piece: number, nowMs: number): void {
    this.#bans.ban(session, nowMs);
    const fault = new PeerFault('BAD_BLOCK', `piece ${piece} does not hash to what it should`);
    for (const other of this.#core.sessions.values()) {
      if (other.identity === session.identity) this.#core.close(other, nowMs, fault.message, fault);
    }
  }
}

function doubtOf(active: ActivePiece): Doubt {
  const givers = Array.from({ length: active.blockCount }, (_, block) => active.holderOf(block));
  return { leaves: leafHashes(active.bytes), givers };
}

function isSameHash(ours: Uint8Array, theirs: Uint8Array, block: number, ourBlock = block): boolean {
  const mine = ours.subarray(ourBlock * HASH_BYTES, (ourBlock + 1) * HASH_BYTES);
  return equalBytes(mine, theirs.subarray(block * HASH_BYTES, (block + 1) * HASH_BYTES));
}
