import type { Cancel, Clock } from '../../base/index.ts';

/** After a hint so much time passes before the look, as hints come in swarms. */
const HINT_MS = 300;
/** A look that took long is followed by a pause so many times as long. */
const PAUSE_FACTOR = 50;
/** … unless it was asked for: then so many times. */
const HINT_PAUSE_FACTOR = 5;

/** After a look that failed altogether the next one comes so much later. */
const AFTER_BUG_MS = 60_000;

/** What a look says of itself. */
export interface Looked {
  /** How long the looking itself took, without what followed from it. */
  readonly tookMs: number;
  /** When to look again unless there is a hint. */
  readonly nextMs: number;
}

/** Looks again and again, one look at a time, sooner after a hint; looking takes but a small part of the time. */
export class LookLoop {
  readonly #clock: Clock;
  readonly #look: () => Promise<Looked>;
  readonly #onBug: (error: unknown) => void;
  #cancel: Cancel | undefined;
  #running: Promise<void> | undefined;
  #isHinted = false;
  #lastTookMs = 0;
  #lastEndMs = 0;
  #isClosed = false;

  /** @param onBug told of what a look should have dealt with: a folder that can't be tended must not end the rest */
  constructor(clock: Clock, look: () => Promise<Looked>, onBug: (error: unknown) => void) {
    this.#clock = clock;
    this.#look = look;
    this.#onBug = onBug;
  }

  /** Looks at once. */
  start(): void {
    if (!this.#isClosed) this.#begin();
  }

  /** Something may be new. */
  hint(): void {
    if (this.#isClosed || this.#isHinted) return;
    this.#isHinted = true;
    if (this.#running) return;
    const pauseMs = this.#lastTookMs * HINT_PAUSE_FACTOR - (this.#clock.nowMs() - this.#lastEndMs);
    this.#arm(Math.max(HINT_MS, pauseMs));
  }

  /** Resolves when no look is under way, and none will be. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#running;
  }

  #arm(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel?.();
    this.#cancel = this.#clock.after(delayMs, () => this.#begin());
  }

  #begin(): void {
    this.#running = this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    this.#isHinted = false;
    const { tookMs, nextMs } = await this.#look().catch((error: unknown) => {
      this.#onBug(error);
      return { tookMs: 0, nextMs: AFTER_BUG_MS };
    });
    this.#lastEndMs = this.#clock.nowMs();
    this.#lastTookMs = tookMs;
    const factor = this.#isHinted ? HINT_PAUSE_FACTOR : PAUSE_FACTOR;
    this.#arm(Math.max(this.#isHinted ? HINT_MS : nextMs, tookMs * factor));
  }
}
