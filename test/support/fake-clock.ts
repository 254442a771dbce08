import type { Cancel, Clock } from '../../src/base/index.ts';

/** A clock that stands still until told to go on: for tests. */
export class FakeClock implements Clock {
  readonly #timers: { atMs: number; action: () => void }[] = [];
  readonly #startWallMs: number;
  #nowMs = 0;

  /** @param startWallMs what the wall clock says when `nowMs` is 0 */
  constructor(startWallMs = 0) {
    this.#startWallMs = startWallMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }
  wallMs(): number {
    return this.#startWallMs + this.#nowMs;
  }
  after(delayMs: number, action: () => void): Cancel {
    const timer = { atMs: this.#nowMs + delayMs, action };
    this.#timers.push(timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Lets `durationMs` pass; timers fire in order, at their times. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (let next = this.#due(endMs); next; next = this.#due(endMs)) {
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.action();
    }
    this.#nowMs = endMs;
  }

  #due(endMs: number): { atMs: number; action: () => void } | undefined {
    return this.#timers.filter((timer) => timer.atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}
