/** Shown of faults that are alike. */
const TOLD_AT_ONCE = 3;

/** Faults that stand, by what they are of. Each is told once, until it is over or reads otherwise. */
export class FaultList {
  readonly #faults = new Map<string, string>();
  #untold: string[] = [];

  /** The oldest one, and how many more there are; null: none. */
  get summary(): string | null {
    const [first] = this.#faults.values();
    if (first === undefined) return null;
    const more = this.#faults.size - 1;
    return more === 0 ? first : `${first} (and ${more} more)`;
  }

  has(of: string): boolean {
    return this.#faults.has(of);
  }

  /** Notes a fault. `quiet`: it is known to the user already. */
  set(of: string, text: string, quiet = false): void {
    if (this.#faults.get(of) === text) return;
    this.#faults.set(of, text);
    if (!quiet) this.#untold.push(text);
  }

  clear(of: string): void {
    this.#faults.delete(of);
  }

  /** Faults of things that are there no more are over. */
  keepOnly(isThere: (of: string) => boolean): void {
    for (const of of this.#faults.keys()) if (!isThere(of)) this.#faults.delete(of);
  }

  /** Tells of those that are new since the last time: some one by one, of the rest how many. */
  tell(warn: (text: string) => void, what: string): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const text of untold.slice(0, TOLD_AT_ONCE)) warn(text);
    const more = untold.length - TOLD_AT_ONCE;
    if (more > 0) warn(`${what}: ${more} more can't be dealt with, for such reasons`);
  }
}
