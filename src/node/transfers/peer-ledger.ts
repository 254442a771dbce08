import type { PeerView } from './swarm-run.ts';

/** Totals of peers over the lives of several swarms: who is gone stays listed with what it gave and got. */
export class PeerLedger {
  readonly #gone = new Map<string, PeerView>();

  /** A swarm ends: these were its rows. */
  keep(rows: readonly PeerView[]): void {
    for (const row of rows) this.#gone.set(keyOf(row), added(row, this.#gone.get(keyOf(row))));
  }

  /** Those of the live swarm with their earlier totals, then those that are gone. */
  rows(live: readonly PeerView[]): PeerView[] {
    const keys = new Set(live.map(keyOf));
    const gone = [...this.#gone].filter(([key]) => !keys.has(key)).map(([, row]) => row);
    const seen = new Set<string>();
    const withPast = live.map((row) => {
      const past = seen.has(keyOf(row)) ? undefined : this.#gone.get(keyOf(row));
      seen.add(keyOf(row));
      return past
        ? { ...row, bytesFrom: row.bytesFrom + past.bytesFrom, bytesTo: row.bytesTo + past.bytesTo }
        : row;
    });
    return [...withPast, ...gone];
  }
}

const keyOf = (row: PeerView): string => row.key ?? row.user;

function added(row: PeerView, past: PeerView | undefined): PeerView {
  return {
    ...row,
    conn: undefined,
    bytesFrom: row.bytesFrom + (past?.bytesFrom ?? 0),
    bytesTo: row.bytesTo + (past?.bytesTo ?? 0),
    bytesPerSecondFrom: 0,
    bytesPerSecondTo: 0,
  };
}
