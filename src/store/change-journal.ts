import { secretBytes, toHex } from '../base/index.ts';
import type { SignedRecord } from '../records/index.ts';
import type { StoreNews } from './record-store.ts';

/** Changes remembered for those who begin to watch at an earlier position. */
const REMEMBERED_MAX = 4_096;

type Listener = (news: StoreNews) => void;

/** Who watches a store, and the keys that changed lately. Positions are `<life of the store>.<number>`. */
export class ChangeJournal {
  readonly #life = toHex(secretBytes(6));
  readonly #listeners = new Set<Listener>();
  /** Keys of the changes up to `#count`, the last of them last. */
  #keys: string[] = [];
  #count = 0;

  position(): string {
    return `${this.#life}.${this.#count}`;
  }

  onCommitted(records: readonly SignedRecord[]): void {
    if (records.length === 0) return;
    for (const record of records) this.#keys.push(record.key);
    this.#count += records.length;
    if (this.#keys.length > 2 * REMEMBERED_MAX) this.#keys = this.#keys.slice(-REMEMBERED_MAX);
    this.#tell({ type: 'changes', records, position: this.position() });
  }

  /** What listeners may have read before was undone. */
  onRolledBack(): void {
    this.#tell({ type: 'lost', position: this.position() });
  }

  /** `read` gives the stored record of a key; it is called at once, for the changes since `position`. */
  watch(position: string, read: (key: string) => SignedRecord | undefined, listener: Listener): () => void {
    const missed = this.#since(position);
    if (missed === undefined) listener({ type: 'lost', position: this.position() });
    else if (missed.length > 0) {
      const records = [...new Set(missed)].map(read).filter((record) => record !== undefined);
      listener({ type: 'changes', records, position: this.position() });
    }
    // A wrapper, so that one function that watches twice is told twice, and stops one at a time.
    const own: Listener = (news) => listener(news);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  #since(position: string): string[] | undefined {
    const [life, count] = position.split('.');
    const missed = this.#count - Number(count);
    if (life !== this.#life || !(missed >= 0 && missed <= this.#keys.length)) return undefined;
    return missed === 0 ? [] : this.#keys.slice(-missed);
  }

  #tell(news: StoreNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}
