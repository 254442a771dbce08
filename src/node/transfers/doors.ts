import type { PeerContext, PeerSocket } from '../../net/index.ts';
import { sniOf } from '../../net/index.ts';

/** A torrent that peers may knock at. */
export interface Door {
  readonly context: PeerContext;
  /** Takes a peer that has proven itself, or destroys it. */
  accept(socket: PeerSocket): void;
}

/** What is served now, by server name: whatever is not in here does not exist for peers. */
export class Doors {
  readonly #byName = new Map<string, Door>();

  open(door: Door): void {
    this.#byName.set(sniOf(door.context.infoHash), door);
  }

  /**
   * Opens one whose info-hash somebody merely named: no metadata has shown yet that it is of this group. Whatever is
   * served under it already, perhaps in another group, stays.
   */
  openUnproven(door: Door): void {
    if (!this.#byName.has(sniOf(door.context.infoHash))) this.open(door);
  }

  /** Does nothing if another door has taken its place. */
  close(door: Door): void {
    const name = sniOf(door.context.infoHash);
    if (this.#byName.get(name) === door) this.#byName.delete(name);
  }

  find(name: string): Door | undefined {
    return this.#byName.get(name);
  }
}
