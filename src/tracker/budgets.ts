/** A budget that refills: `burst` at once, then `perSecond`. */
export interface BudgetLimits {
  readonly burst: number;
  readonly perSecond: number;
}

const REMEMBERED_MAX = 20_000;

interface Budget {
  left: number;
  atMs: number;
}

/** One budget for each name (an address, a user): a token bucket that starts full. */
export class Budgets {
  readonly #limits: BudgetLimits;
  /**
   * In the order of last use, once there are so many that some may be forgotten soon. A forgotten one is full again: only
   * those are forgotten that were not used while as many others came as half of what is remembered.
   */
  readonly #budgets = new Map<string, Budget>();

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  /** Takes `amount`; 0 if it was there, else the milliseconds until it will be, and nothing is taken. */
  take(name: string, amount: number, nowMs: number): number {
    const { burst, perSecond } = this.#limits;
    const known = this.#budgets.get(name);
    const left = known ? Math.min(burst, known.left + ((nowMs - known.atMs) / 1_000) * perSecond) : burst;
    const enough = left >= amount;
    const budget = known ?? { left, atMs: nowMs };
    budget.left = enough ? left - amount : left;
    budget.atMs = nowMs;
    if (known && this.#budgets.size > REMEMBERED_MAX / 2) this.#budgets.delete(name);
    this.#budgets.set(name, budget);
    this.#dropOldest();
    return enough ? 0 : Math.ceil(((amount - left) / perSecond) * 1_000);
  }

  #dropOldest(): void {
    if (this.#budgets.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#budgets.keys()) {
      this.#budgets.delete(oldest);
      return;
    }
  }
}
