/** Bytes a second, averaged over about the last `spanMs`; old bytes fade out exponentially. */
export class RateMeter {
  readonly #spanMs: number;
  #perMs = 0;
  #atMs: number;

  constructor(spanMs: number, nowMs: number) {
    this.#spanMs = spanMs;
    this.#atMs = nowMs;
  }

  add(bytes: number, nowMs: number): void {
    this.#fade(nowMs);
    this.#perMs += bytes / this.#spanMs;
  }

  bytesPerSecond(nowMs: number): number {
    this.#fade(nowMs);
    return this.#perMs * 1000;
  }

  #fade(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    this.#perMs *= Math.exp((this.#atMs - nowMs) / this.#spanMs);
    this.#atMs = nowMs;
  }
}
