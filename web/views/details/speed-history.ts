/** Speeds of the last minutes in bytes a second, a value a second, as the chart takes them; null where nobody watched. */
export interface SpeedColumns {
  /** Seconds since 1970. */
  readonly at: number[];
  readonly down: (number | null)[];
  readonly up: (number | null)[];
}

/** So far back the chart shows, s. */
export const HISTORY_SECONDS = 600;

/**
 * Remembers speeds of the last ten minutes. News of them come only while something moves: seconds without news were
 * still ones, unless the connection was lost (`lose`), of which nothing is known.
 */
export class SpeedHistory {
  readonly #down = new Float64Array(HISTORY_SECONDS);
  readonly #up = new Float64Array(HISTORY_SECONDS);
  /** The second of the newest value. */
  #last: number | undefined;
  #first = 0;
  #lost = false;

  /** A speed that is not known is null; in one second that is told twice, it does not undo what is. */
  add(atMs: number, down: number | null, up: number | null): void {
    const second = Math.floor(atMs / 1000);
    if (this.#last !== undefined && second < this.#last) return;
    if (this.#last === undefined) this.#first = second;
    else this.#fill(this.#last + 1, second - 1, this.#lost ? Number.NaN : 0);
    if (second !== this.#last) this.#set(second, Number.NaN, Number.NaN);
    this.#lost = false;
    this.#last = second;
    if (down !== null) this.#down[second % HISTORY_SECONDS] = down;
    if (up !== null) this.#up[second % HISTORY_SECONDS] = up;
  }

  /** Until the next news nothing is known. */
  lose(): void {
    this.#lost = true;
  }

  /** The ten minutes before `nowMs`, oldest first; as short as what is known. */
  columns(nowMs: number): SpeedColumns {
    const now = Math.floor(nowMs / 1000);
    const at: number[] = [];
    const down: (number | null)[] = [];
    const up: (number | null)[] = [];
    if (this.#last === undefined) return { at, down, up };
    const from = Math.max(this.#first, now - HISTORY_SECONDS + 1, this.#last - HISTORY_SECONDS + 1);
    for (let second = from; second <= now; second += 1) {
      at.push(second);
      down.push(this.#get(this.#down, second));
      up.push(this.#get(this.#up, second));
    }
    return { at, down, up };
  }

  #get(values: Float64Array, second: number): number | null {
    if (this.#last === undefined || second > this.#last) return this.#lost ? null : 0;
    const value = values[second % HISTORY_SECONDS] ?? 0;
    return Number.isNaN(value) ? null : value;
  }

  #fill(from: number, to: number, value: number): void {
    for (let second = Math.max(from, to - HISTORY_SECONDS + 1); second <= to; second += 1) {
      this.#set(second, value, value);
    }
  }

  #set(second: number, down: number, up: number): void {
    this.#down[second % HISTORY_SECONDS] = down;
    this.#up[second % HISTORY_SECONDS] = up;
  }
}
