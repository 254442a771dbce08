import type { Clock } from '../base/index.ts';
import type { SignedRecord } from '../records/index.ts';
import type { LinkState, ReplicaLink } from './replica-link.ts';

/** How long a write waits for a second copy. */
const ACKNOWLEDGE_MS = 1_000;
/** How long the others are tried before this tracker serves anyone. */
const FIRST_TRY_MS = 1_000;

/** Where what was written is on disk; see the contract of `putRecords`. */
export type Copies = 'replicated' | 'alone' | 'unconfirmed';

/** Another tracker of the list, as this one sees it. */
export interface OtherTracker {
  readonly address: string;
  readonly state: LinkState;
  /** With `different_cluster`: how it shows, and what to do. */
  readonly fault?: string;
}
/** What a comparison brought; `failed` where the other one could not be asked. */
export interface SyncResult extends OtherTracker {
  readonly fetched: number;
  readonly failed?: string;
}

/** All links of this tracker. */
export class Replicator {
  /** By address. */
  readonly #links: ReadonlyMap<string, ReplicaLink>;
  readonly #clock: Clock;

  constructor(links: ReadonlyMap<string, ReplicaLink>, clock: Clock) {
    this.#links = links;
    this.#clock = clock;
  }

  get others(): OtherTracker[] {
    return [...this.#links].map(([address, { state, fault }]) => ({
      address,
      state,
      ...(fault && { fault }),
    }));
  }

  /** Resolves when each other tracker was tried once, or after a second. */
  async start(): Promise<void> {
    const tries = Promise.all([...this.#links.values()].map((link) => link.start()));
    await this.#within(FIRST_TRY_MS, tries, undefined);
  }

  /** Brings records to all others, and waits until one has them. */
  async replicate(records: readonly SignedRecord[]): Promise<Copies> {
    const pushes = [...this.#links.values()].map(async (link) => {
      if (!(await link.push(records))) throw new Error('not there');
    });
    const copied = Promise.any(pushes).then(
      (): Copies => 'replicated',
      (): Copies => 'alone',
    );
    return this.#within<Copies>(ACKNOWLEDGE_MS, copied, 'unconfirmed');
  }

  /** Compares with every other tracker now. */
  sync(): Promise<SyncResult[]> {
    return Promise.all(
      [...this.#links].map(async ([address, link]) => {
        try {
          return { address, fetched: await link.catchUp(), state: link.state };
        } catch (error) {
          const failed = error instanceof Error ? error.message : String(error);
          return { address, fetched: 0, state: link.state, failed };
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  #within<T>(limitMs: number, promise: Promise<unknown>, otherwise: T): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(limitMs, () => resolve(otherwise));
      promise.then((value) => resolve(value as T), reject).finally(cancel);
    });
  }
}
