import type { Unsubscribe } from '../seams.ts';

/** Who wants to be told. One that stops listening while others are being told is not told any more. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): Unsubscribe {
    const own = (...args: Args): void => listener(...args);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  call(...args: Args): void {
    for (const listener of this.#listeners) listener(...args);
  }
}
