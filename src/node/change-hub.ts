import type { Cancel, Clock } from '../base/index.ts';
import type { NodeChange } from './commands.ts';
import type { Unsubscribe } from './seams.ts';
import { Listeners } from './session/listeners.ts';

/** Changes of one moment are told together. */
const GATHER_MS = 50;
/** A list is not told of again before so much time has passed. */
const SPACING_MS = 250;
/** Lists that wait to be told of; beyond it the groups' names are left out. */
const WAITING_MAX = 1_000;

/** Tells faces which lists may show something else now: as seldom as people need, however often things change. */
export class ChangeHub {
  readonly #clock: Clock;
  readonly #listeners = new Listeners<[NodeChange]>();
  readonly #waiting = new Map<string, { readonly change: NodeChange; readonly dueMs: number }>();
  /** When each list was last told of; only those that may not be told of yet. */
  readonly #toldAtMs = new Map<string, number>();
  #cancel: Cancel | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onChange(listener: (change: NodeChange) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** Call it as often as something changes. */
  tell(what: NodeChange['what'], group?: string): void {
    if (this.#closed) return;
    const change = group === undefined || this.#waiting.size >= WAITING_MAX ? { what } : { what, group };
    const key = `${what} ${change.group ?? ''}`;
    if (this.#waiting.has(key)) return;
    const nowMs = this.#clock.nowMs();
    const lastMs = this.#toldAtMs.get(key) ?? -Infinity;
    this.#waiting.set(key, { change, dueMs: Math.max(nowMs + GATHER_MS, lastMs + SPACING_MS) });
    this.#cancel ??= this.#clock.after(GATHER_MS, () => this.#flush());
  }

  /** Nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#waiting.clear();
  }

  #flush(): void {
    const nowMs = this.#clock.nowMs();
    this.#cancel = undefined;
    for (const [key, toldMs] of this.#toldAtMs) if (toldMs + SPACING_MS <= nowMs) this.#toldAtMs.delete(key);
    const due = [...this.#waiting].filter(([, { dueMs }]) => dueMs <= nowMs);
    for (const [key] of due) {
      this.#waiting.delete(key);
      this.#toldAtMs.set(key, nowMs);
    }
    if (this.#waiting.size > 0) this.#cancel = this.#clock.after(GATHER_MS, () => this.#flush());
    for (const [, { change }] of due) this.#listeners.call(change);
  }
}
