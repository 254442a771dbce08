import type { PeerView } from './swarm-surroundings.ts';

/** One row for each device, over all its connections and the lives of several swarms: who is gone stays listed. */
export class PeerLedger {
  #gone = new Map<string, PeerView>();

  /** A swarm ends: these were its rows. */
  keep(rows: readonly PeerView[]): void {
    const ended = rows.map((row) => ({
      ...row,
      conn: undefined,
      bytesPerSecondFrom: 0,
      bytesPerSecondTo: 0,
    }));
    this.#gone = merged([...this.#gone.values(), ...ended]);
  }

  /** Rows of the live swarm, with what was before. */
  rows(live: readonly PeerView[]): PeerView[] {
    const all = [...merged([...this.#gone.values(), ...live]).values()];
    return [...all.filter((row) => row.conn !== undefined), ...all.filter((row) => row.conn === undefined)];
  }
}

function merged(rows: readonly PeerView[]): Map<string, PeerView> {
  const byDevice = new Map<string, PeerView>();
  for (const row of rows) {
    const device = row.key ?? row.user;
    const other = byDevice.get(device);
    byDevice.set(device, other ? sum(other, row) : row);
  }
  return byDevice;
}

/** What is true now is taken from the connection that lives, else from the later one. */
function sum(earlier: PeerView, later: PeerView): PeerView {
  const now = later.conn === undefined && earlier.conn !== undefined ? earlier : later;
  return {
    ...now,
    bytesFrom: earlier.bytesFrom + later.bytesFrom,
    bytesTo: earlier.bytesTo + later.bytesTo,
    bytesPerSecondFrom: earlier.bytesPerSecondFrom + later.bytesPerSecondFrom,
    bytesPerSecondTo: earlier.bytesPerSecondTo + later.bytesPerSecondTo,
  };
}
