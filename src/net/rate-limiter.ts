import type { Cancel, Clock } from '../base/index.ts';

/** Bytes granted in one go where no limit stands: so many can follow a limit that is set only afterwards. */
export const GRANT_BYTES = 256 * 1024;
/** A limited bucket saves up this long a time of its rate, so that a late timer loses nothing. */
const BURST_SECONDS = 0.1;
/** Grants are spread over this part of a second, but never smaller than one TCP segment. */
const GRANTS_PER_SECOND = 50;
const GRANT_BYTES_MIN = 1448;

/**
 * Token bucket for one direction. A limiter below another takes from both, so that a download's, a group's and the
 * node's ceiling all hold. The rate can change at any time. Whoever finds it empty waits in a queue and gets one
 * grant a turn: connections share a limit evenly.
 */
export class RateLimiter {
  readonly #clock: Clock;
  /** This one, then the wider ones. */
  readonly #chain: readonly RateLimiter[];
  readonly #waiting = new Set<() => void>();
  #bytesPerSecond: number | undefined;
  #tokens = 0;
  #filledAtMs = 0;
  #cancelTimer: Cancel | undefined;
  /** How many turns are being given here or below: only those who were waiting may take now. */
  #turns = 0;

  /** @param parent the wider limit that holds as well */
  constructor(clock: Clock, bytesPerSecond?: number, parent?: RateLimiter) {
    this.#clock = clock;
    this.#chain = parent ? [this, ...parent.#chain] : [this];
    this.setRate(bytesPerSecond);
  }

  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  /** @param bytesPerSecond positive; undefined lifts the limit */
  setRate(bytesPerSecond: number | undefined): void {
    this.#fill();
    this.#bytesPerSecond = bytesPerSecond;
    this.#filledAtMs = this.#clock.nowMs();
    this.#tokens = Math.min(this.#tokens, this.#burst());
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#serve();
  }

  /**
   * Takes up to `wanted` bytes from this and every wider limit. 0: nothing is left for now, see `wait`. May be less
   * than wanted; never more.
   */
  take(wanted: number): number {
    let granted = wanted;
    for (const limit of this.#chain) {
      granted = limit.#isQueued() ? 0 : Math.min(granted, limit.#available(granted));
    }
    if (granted <= 0) return 0;
    for (const limit of this.#chain) limit.#tokens -= granted;
    return granted;
  }

  /** Calls `action` once, when `take` is worth another try. The same action waits only once. */
  wait(action: () => void): void {
    const obstacle = this.#obstacle();
    obstacle.#waiting.add(action);
    obstacle.#arm();
  }

  /** Forgets a waiting action, wherever in the chain it waits. */
  stopWaiting(action: () => void): void {
    for (const limit of this.#chain) limit.#waiting.delete(action);
  }

  /** The narrowest limit at which nothing can be had now. */
  #obstacle(): RateLimiter {
    for (const limit of this.#chain) {
      if (limit.#isQueued() || limit.#available(GRANT_BYTES) === 0) return limit;
    }
    return this;
  }

  /** Others came first. */
  #isQueued(): boolean {
    return this.#waiting.size > 0 && this.#turns === 0;
  }

  /** What this bucket alone would grant. */
  #available(wanted: number): number {
    if (this.#bytesPerSecond === undefined) return wanted;
    this.#fill();
    const share = Math.min(wanted, this.#grant());
    return this.#tokens >= share ? share : 0;
  }

  #grant(): number {
    const rate = this.#bytesPerSecond ?? 0;
    return Math.min(GRANT_BYTES, Math.max(GRANT_BYTES_MIN, Math.floor(rate / GRANTS_PER_SECOND)));
  }

  #burst(): number {
    if (this.#bytesPerSecond === undefined) return 0;
    return Math.max(2 * this.#grant(), this.#bytesPerSecond * BURST_SECONDS);
  }

  #fill(): void {
    if (this.#bytesPerSecond === undefined) {
      this.#tokens = 0;
      return;
    }
    const nowMs = this.#clock.nowMs();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#bytesPerSecond;
    this.#tokens = Math.min(this.#burst(), this.#tokens + gained);
    this.#filledAtMs = nowMs;
  }

  #arm(): void {
    if (this.#cancelTimer || this.#waiting.size === 0) return;
    const rate = this.#bytesPerSecond;
    const missing = this.#grant() - this.#tokens;
    const delayMs = rate === undefined ? 0 : Math.max(1, (missing / rate) * 1000);
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  /** One turn for those who wait, oldest first, as long as something is left. */
  #serve(): void {
    const turns = [...this.#waiting];
    for (const action of turns) {
      if (this.#available(GRANT_BYTES) === 0) break;
      this.#waiting.delete(action);
      this.#giveTurn(action);
    }
    this.#arm();
  }

  #giveTurn(action: () => void): void {
    for (const limit of this.#chain) limit.#turns += 1;
    action();
    for (const limit of this.#chain) limit.#turns -= 1;
  }
}
