/** Wrong passwords that cost nothing but themselves. */
const FREE_ATTEMPTS = 5;
const FIRST_DELAY_MS = 2_000;
const DELAY_MAX_MS = 15 * 60_000;
/** Attempts are forgotten when nothing was tried for so long. */
const FORGET_AFTER_MS = 60 * 60_000;
const REMEMBERED_MAX = 50_000;

interface Attempts {
  count: number;
  lastMs: number;
}

/**
 * Attempts at one user's password from one address, counted when they begin (who breaks off before the end has
 * tried, too) and forgiven when one succeeds. By address and user, so that nobody can lock another out.
 */
export class LogInAttempts {
  /** In the order of the last attempt, oldest first. */
  readonly #attempts = new Map<string, Attempts>();

  /** Milliseconds to wait before the next attempt; 0: this one may go on, and is counted. */
  begin(address: string, user: string, nowMs: number): number {
    const key = `${address} ${user}`;
    const known = this.#attempts.get(key);
    const attempts = known && nowMs - known.lastMs < FORGET_AFTER_MS ? known : { count: 0, lastMs: nowMs };
    const waitMs = attempts.lastMs + delayAfter(attempts.count) - nowMs;
    if (waitMs > 0) return Math.ceil(waitMs);
    this.#attempts.delete(key);
    this.#attempts.set(key, { count: attempts.count + 1, lastMs: nowMs });
    this.#dropOldest();
    return 0;
  }

  forgive(address: string, user: string): void {
    this.#attempts.delete(`${address} ${user}`);
  }

  #dropOldest(): void {
    if (this.#attempts.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      return;
    }
  }
}

/** Doubles with each attempt after the free ones. */
function delayAfter(count: number): number {
  if (count < FREE_ATTEMPTS) return 0;
  return Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** (count - FREE_ATTEMPTS));
}
