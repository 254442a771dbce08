import { invariant, type Cancel, type Clock } from '../base/index.ts';

/** Bytes granted in one go at most. */
const GRANT_BYTES_MAX = 256 * 1024;
/** A grant lasts so long at most, and all who wait get one within a round; but none is smaller than a TCP segment. */
const GRANT_SECONDS = 0.02;
const ROUND_SECONDS = 0.05;
const GRANT_BYTES_MIN = 1448;
/** What a limit that nobody waits for saves up: more would be a burst. */
const IDLE_SECONDS = 0.05;
/** What it makes up for while somebody waits, so that a late timer loses nothing. */
const BUSY_SECONDS = 0.2;

/** One who takes from limits, known by what it does when `take` is worth another try. */
export type Turn = () => void;

/**
 * Token bucket for one direction. A limiter below another takes from both, so that a download's, a group's and the
 * node's ceiling all hold. The rate can change at any time.
 *
 * Whoever finds a limit exhausted waits there, and each limit serves first whom it has given least (start-time fair
 * queueing over bytes): all who want more get the same, whatever they take at a time, and who is held down by a
 * narrower limit leaves the rest to the others without losing what is its own.
 */
export class RateLimiter {
  readonly #clock: Clock;
  /** This one, then the wider ones. */
  readonly #chain: readonly RateLimiter[];
  /** Those who wait here, each with the tag at which it begins. */
  readonly #waiting = new Map<Turn, number>();
  /** Those whom this limit lets go on, but who wait at a wider one. */
  readonly #away = new Set<Turn>();
  /** Bytes that each has been given, counted from where the others were when it came. */
  readonly #tags = new WeakMap<Turn, number>();
  /** The greatest tag at which somebody began. */
  #virtual = 0;
  /** Whose turn it is, until it has taken: nobody else may take while others wait. */
  #serving: Turn | undefined;
  #bytesPerSecond: number | undefined;
  #tokens = 0;
  #filledAtMs = 0;
  #cancelTimer: Cancel | undefined;

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
    this.#tokens = Math.min(this.#tokens, this.#savedMax(IDLE_SECONDS));
    if (bytesPerSecond === undefined) this.#away.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#serve();
  }

  /**
   * Takes up to `wanted` bytes from this and every wider limit. 0: nothing is left for now, see `wait`. May be less
   * than wanted; never more. Where no limit stands it is all of it.
   */
  take(wanted: number, turn: Turn): number {
    let granted = wanted;
    for (const limit of this.#chain) granted = limit.#offer(granted, turn);
    if (granted > 0) for (const limit of this.#chain) limit.#charge(granted, turn);
    return granted;
  }

  /** After `take` gave 0: calls `turn` once, when it is worth another try. The same one waits only once. */
  wait(turn: Turn): void {
    for (const limit of this.#chain) {
      if (limit.#offer(GRANT_BYTES_MAX, turn) === 0) return limit.#enqueue(turn);
      if (limit.#bytesPerSecond !== undefined) limit.#away.add(turn);
    }
    // A limit was lifted meanwhile.
    this.#enqueue(turn);
  }

  /** Forgets one who waits, wherever in the chain. */
  stopWaiting(turn: Turn): void {
    for (const limit of this.#chain) {
      limit.#waiting.delete(turn);
      limit.#away.delete(turn);
    }
  }

  /** What this bucket alone would grant. */
  #offer(wanted: number, turn: Turn): number {
    if (this.#bytesPerSecond === undefined || wanted === 0) return wanted;
    if (this.#waiting.size > 0 && this.#serving !== turn) return 0;
    this.#fill();
    this.#away.delete(turn);
    const share = Math.min(wanted, this.#grant(this.#waiting.size + 1));
    return this.#tokens >= share ? share : 0;
  }

  #charge(bytes: number, turn: Turn): void {
    if (this.#bytesPerSecond === undefined) return;
    this.#tokens -= bytes;
    this.#virtual = this.#startOf(turn);
    this.#tags.set(turn, this.#virtual + bytes);
    if (this.#serving === turn) this.#serving = undefined;
  }

  /** Who was away begins where the others are: time not used is not made up for. */
  #startOf(turn: Turn): number {
    return Math.max(this.#virtual, this.#tags.get(turn) ?? 0);
  }

  #enqueue(turn: Turn): void {
    if (!this.#waiting.has(turn)) this.#waiting.set(turn, this.#startOf(turn));
    this.#arm();
  }

  /** @param takers how many share a round */
  #grant(takers: number): number {
    const seconds = Math.min(GRANT_SECONDS, ROUND_SECONDS / takers);
    const spread = Math.floor((this.#bytesPerSecond ?? 0) * seconds);
    return Math.min(GRANT_BYTES_MAX, Math.max(GRANT_BYTES_MIN, spread));
  }

  #savedMax(seconds: number): number {
    return this.#bytesPerSecond === undefined ? 0 : Math.max(this.#grant(1), this.#bytesPerSecond * seconds);
  }

  #fill(): void {
    const rate = this.#bytesPerSecond;
    if (rate === undefined) return;
    const nowMs = this.#clock.nowMs();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * rate;
    const isBusy = this.#waiting.size + this.#away.size > 0;
    const max = this.#savedMax(isBusy ? BUSY_SECONDS : IDLE_SECONDS);
    this.#tokens = Math.max(this.#tokens, Math.min(max, this.#tokens + gained));
    this.#filledAtMs = nowMs;
  }

  #isReady(): boolean {
    this.#fill();
    return this.#bytesPerSecond === undefined || this.#tokens >= this.#grant(this.#waiting.size);
  }

  #arm(): void {
    if (this.#cancelTimer || this.#waiting.size === 0) return;
    const rate = this.#bytesPerSecond;
    const missing = this.#grant(this.#waiting.size) - this.#tokens;
    const delayMs = rate === undefined ? 0 : Math.max(1, (missing / rate) * 1000);
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  /** Gives turns as long as something is left, to whom has been given least first. */
  #serve(): void {
    while (this.#waiting.size > 0 && this.#isReady()) {
      const turn = this.#next();
      this.#waiting.delete(turn);
      this.#serving = turn;
      turn();
      this.#serving = undefined;
    }
    this.#arm();
  }

  #next(): Turn {
    let first: Turn | undefined;
    let least = Infinity;
    for (const [turn, tag] of this.#waiting) {
      if (tag >= least) continue;
      least = tag;
      first = turn;
    }
    invariant(first, 'somebody waits');
    return first;
  }
}
