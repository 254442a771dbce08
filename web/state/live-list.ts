import type { LocalEvent } from '../../src/api/local/events.ts';
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { nowMs, pause } from '../clock.ts';
import { toApiError, type ApiError } from '../api/client.ts';

export type NodeChange = Extract<LocalEvent, { type: 'changed' }>['change'];

/** Between two questions that nobody clicked for. */
const CALM_MS = 400;

/**
 * Something the node knows, kept as it is there while somebody watches: asked when first watched, when the node
 * says that it changed, and after every new connection. While a question is under way, one more is kept in mind.
 */
export class LiveList<T> {
  readonly #value = signal<T | undefined>(undefined);
  readonly #error = signal<ApiError | undefined>(undefined);
  readonly #ask: () => Promise<T>;
  readonly #concerns: (change: NodeChange) => boolean;
  #watchers = 0;
  #stale = true;
  #askedAtMs = -CALM_MS;
  #asking: Promise<void> | undefined;

  constructor(ask: () => Promise<T>, concerns: (change: NodeChange) => boolean) {
    this.#ask = ask;
    this.#concerns = concerns;
    lists.add(this);
  }

  /** Undefined until the first answer; kept while it cannot be asked anew. */
  get value(): ReadonlySignal<T | undefined> {
    return this.#value;
  }
  /** Why the last question failed; undefined once one is answered. */
  get error(): ReadonlySignal<ApiError | undefined> {
    return this.#error;
  }

  /** Shows what is known to be so already, without asking. */
  put(value: T): void {
    this.#value.value = value;
    this.#error.value = undefined;
  }

  clear(): void {
    this.#value.value = undefined;
    this.#error.value = undefined;
    this.#stale = true;
  }

  watch(): () => void {
    this.#watchers += 1;
    if (this.#stale) void this.refresh();
    return () => {
      this.#watchers -= 1;
    };
  }

  onChange(change: NodeChange): void {
    if (this.#concerns(change)) this.onStale();
  }

  onStale(): void {
    this.#stale = true;
    if (this.#watchers > 0) void this.#begin(this.#restMs());
  }

  /** Asks now; resolves when a question that began after this call has been answered. */
  refresh(): Promise<void> {
    this.#stale = true;
    return this.#begin(0);
  }

  #begin(delayMs: number): Promise<void> {
    this.#asking ??= this.#askUntilFresh(delayMs).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** How long a mere change has to wait: long lists change often. */
  #restMs(): number {
    return Math.max(0, this.#askedAtMs + CALM_MS - nowMs());
  }

  async #askUntilFresh(delayMs: number): Promise<void> {
    if (delayMs > 0) await pause(delayMs);
    for (let round = 0; this.#stale; round += 1) {
      if (round > 0) await pause(this.#restMs());
      this.#stale = false;
      this.#askedAtMs = nowMs();
      try {
        this.put(await this.#ask());
      } catch (thrown) {
        this.#error.value = toApiError(thrown);
      }
    }
  }
}

const lists = new Set<LiveList<unknown>>();

export function tellLists(change: NodeChange): void {
  for (const list of lists) list.onChange(change);
}

export function askAllAnew(): void {
  for (const list of lists) list.onStale();
}

/** Another account: what was known is nobody's business any more. */
export function clearLists(): void {
  for (const list of lists) list.clear();
}

/** One list for each group (or other key), made when first asked for. */
export function listsByKey<T>(make: (key: string) => LiveList<T>): (key: string) => LiveList<T> {
  const made = new Map<string, LiveList<T>>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** Watches a list while the component is shown. */
export function useLive<T>(list: LiveList<T>): {
  readonly rows: T | undefined;
  readonly error: ApiError | undefined;
} {
  useEffect(() => list.watch(), [list]);
  return { rows: list.value.value, error: list.error.value };
}
