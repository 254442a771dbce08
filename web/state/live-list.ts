import type { LocalEvent } from '../../src/api/local/events.ts';
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { toApiError, type ApiError } from '../api/client.ts';

export type NodeChange = Extract<LocalEvent, { type: 'changed' }>['change'];

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
    if (this.#watchers > 0) void this.refresh();
  }

  /** Asks now; resolves when a question that began after this call has been answered. */
  refresh(): Promise<void> {
    this.#stale = true;
    this.#asking ??= this.#askUntilFresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askUntilFresh(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
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
