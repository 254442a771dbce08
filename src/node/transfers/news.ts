/** Tells any number of listeners that something happened, whatever it is: they look for themselves. */
export class News {
  readonly #listeners = new Set<() => void>();

  /** Returns the way to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(): void {
    const listeners = [...this.#listeners];
    for (const listener of listeners) listener();
  }
}
