import { fromBase64Url } from '../../src/base/index.ts';
import { decodeRecord } from '../../src/records/index.ts';
import type { Account } from './tracker-field.ts';

/** Reads one client's stream, and waits until an event fits. */
export class EventListener {
  readonly seen: { type: string; data: unknown }[] = [];
  readonly #wakers = new Set<() => void>();
  readonly ended: Promise<void>;

  constructor(account: Account) {
    this.ended = this.#read(account).catch(() => undefined);
  }

  /** Data of the first event of this type, also of those already seen, that fits. */
  async next<T>(type: string, fits: (data: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const found = this.seen.find((event) => event.type === type && fits(event.data as T));
      if (found) return found.data as T;
      await new Promise<void>((wake) => this.#wakers.add(wake));
    }
  }

  async record(key: string): Promise<void> {
    await this.next<{ bytes: string }>(
      'record',
      ({ bytes }) => decodeRecord(fromBase64Url(bytes)).key === key,
    );
  }

  get recordKeys(): string[] {
    return this.seen
      .filter(({ type }) => type === 'record')
      .map(({ data }) => decodeRecord(fromBase64Url((data as { bytes: string }).bytes)).key);
  }

  async #read({ caller }: Account): Promise<void> {
    for await (const event of caller.events()) {
      this.seen.push(event);
      for (const wake of this.#wakers) wake();
      this.#wakers.clear();
    }
  }
}

/** Resolves when the stream stands. */
export async function listening(account: Account): Promise<EventListener> {
  const listener = new EventListener(account);
  await listener.next('hello');
  return listener;
}
