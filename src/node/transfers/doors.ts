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
  readonly #listeners = new Set<(name: string) => void>();

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

  /** The door of this name, for somebody who asks for it now. */
  knock(name: string): Door | undefined {
    for (const listener of this.#listeners) listener(name);
    return this.find(name);
  }

  /** Told of every name that is asked for, whether there is such a door or not. Returns the way to stop listening. */
  onKnock(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  find(name: string): Door | undefined {
    return this.#byName.get(name);
  }
}
