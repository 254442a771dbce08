import { PeerFault } from '../base/index.ts';

const PATIENCE_MAX = 4_000;
const REGAINED_PER_SECOND = 400;

/** What a peer may ask of us or tell us without need, before it counts as a flood: a bucket that fills again. */
export class Patience {
  #left = PATIENCE_MAX;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Throws PeerFault FLOOD when it is used up. */
  spend(cost: number, what: string, nowMs: number): void {
    const regained = ((nowMs - this.#atMs) / 1000) * REGAINED_PER_SECOND;
    this.#left = Math.min(PATIENCE_MAX, this.#left + regained) - cost;
    this.#atMs = nowMs;
    if (this.#left < 0) throw new PeerFault('FLOOD', what);
  }
}
