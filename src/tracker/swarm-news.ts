import type { SwarmEvent, SwarmPeer } from '../api/index.ts';
import type { ContentId, GroupId, UserId } from '../base/index.ts';

export interface SwarmRef {
  readonly gid: GroupId;
  readonly content: ContentId;
}
/** A user who may see a swarm from now on, and needs all of it. */
export interface Entered extends SwarmRef {
  readonly uid: UserId;
}

/** What came and went in the course of one change, gathered by swarm. */
export class SwarmNews {
  readonly entered: Entered[] = [];
  readonly #events = new Map<string, SwarmEvent>();

  came(swarm: SwarmRef, peer: SwarmPeer): void {
    const event = this.#forget(swarm, peer);
    event.peers.push(peer);
  }

  went(swarm: SwarmRef, peer: { readonly uid: UserId; readonly device: string }): void {
    const event = this.#forget(swarm, peer);
    event.gone.push({ uid: peer.uid, device: peer.device });
  }

  get isEmpty(): boolean {
    return this.#events.size === 0 && this.entered.length === 0;
  }

  /** One event for each swarm that changed, for those in it. */
  get events(): SwarmEvent[] {
    return [...this.#events.values()];
  }

  /** The event of the swarm without what it said of this device so far. */
  #forget({ gid, content }: SwarmRef, { uid, device }: { uid: UserId; device: string }): SwarmEvent {
    const key = `${gid}/${content}`;
    const { peers = [], gone = [] } = this.#events.get(key) ?? {};
    const isOther = (entry: { uid: UserId; device: string }): boolean =>
      entry.uid !== uid || entry.device !== device;
    const event = { gid, content, peers: peers.filter(isOther), gone: gone.filter(isOther) };
    this.#events.set(key, event);
    return event;
  }
}
