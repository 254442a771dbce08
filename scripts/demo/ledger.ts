import { alignedLines } from '../../src/cli/output/table.ts';
import { formatBytes } from '../../src/cli/text/format.ts';
import type { PeerRow } from '../../src/node/index.ts';

/** One person's own book: what `show_peers` says at its client. */
export interface Book {
  readonly name: string;
  /** Its client was killed on the way, so that the book begins anew in the middle. */
  readonly torn: boolean;
  readonly rows: readonly PeerRow[];
}

/** Who gave how many bytes to whom. */
export class Ledger {
  readonly #books: readonly Book[];

  constructor(books: readonly Book[]) {
    this.#books = books;
  }

  /** As the taker counted it; what the taker's torn book has lost stands in the giver's. */
  given(giver: string, taker: string): number {
    const taken = this.#sum(taker, giver, 'bytesFrom');
    return this.#isTorn(taker) ? Math.max(taken, this.#sum(giver, taker, 'bytesTo')) : taken;
  }

  givenInAll(giver: string): number {
    return this.#books.reduce((sum, { name }) => sum + this.given(giver, name), 0);
  }

  /** What `taker` got from others than `seed`. */
  takenFromOthers(taker: string, seed: string): number {
    const others = this.#books.filter(({ name }) => name !== seed);
    return others.reduce((sum, { name }) => sum + this.given(name, taker), 0);
  }

  /** What `taker`'s own book says it got from everybody. */
  takenByOwnBook(taker: string): number {
    return this.#books.reduce((sum, { name }) => sum + this.#sum(taker, name, 'bytesFrom'), 0);
  }

  lines(givers: readonly string[], takers: readonly string[]): string[] {
    const head = ['gave', ...takers.map((name) => `to ${name}`), 'in all'];
    const rows = givers.map((giver) => [
      giver,
      ...takers.map((taker) => (giver === taker ? '-' : formatBytes(this.given(giver, taker)))),
      formatBytes(this.givenInAll(giver)),
    ]);
    return alignedLines([head, ...rows], ['left', ...takers.map(() => 'right' as const), 'right']);
  }

  #isTorn(name: string): boolean {
    return this.#books.some((book) => book.name === name && book.torn);
  }

  #sum(of: string, about: string, column: 'bytesFrom' | 'bytesTo'): number {
    const rows = this.#books.find(({ name }) => name === of)?.rows ?? [];
    return rows.filter(({ user }) => user === about).reduce((sum, row) => sum + row[column], 0);
  }
}
