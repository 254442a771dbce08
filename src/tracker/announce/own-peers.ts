import type { PeerAddress, SwarmPeer } from '../../api/index.ts';
import type { ContentId, GroupId, UserId } from '../../base/index.ts';
import { isLoopback, isPrivateAddress } from '../address-key.ts';
import type { SwarmRef } from '../swarm-news.ts';
import { slotOf, type AnnounceSwarm, type Claim, type ListedPeer } from './announce-swarm.ts';
import type { Slot } from './packed-peers.ts';

/** Addresses of one of our own devices that are given out, of each family. */
const PER_FAMILY_MAX = 3;

interface OwnPeer extends ListedPeer {
  readonly swarm: AnnounceSwarm;
  readonly claim: Claim | undefined;
  /** What it is made of but for the seed. */
  readonly essence: string;
}

/** Our own clients in the swarms in which others announce. */
export class OwnPeers {
  readonly #peers = new Map<string, OwnPeer>();

  /** Lists a device in `swarm`, or changes how it is listed. The swarm that it has left thereby, if it was in another. */
  put(
    ref: SwarmRef,
    peer: SwarmPeer,
    swarm: AnnounceSwarm,
    claim: Claim | undefined,
  ): AnnounceSwarm | undefined {
    const key = keyOf(ref.gid, ref.content, peer.uid, peer.device);
    const essence = JSON.stringify([peer.infoHash, peer.addresses]);
    const known = this.#peers.get(key);
    if (known && known.essence === essence) {
      if (peer.seed && !known.seed) swarm.downloaded += 1;
      swarm.setSeed(known, peer.seed);
      return undefined;
    }
    if (known) this.#remove(key, known);
    const own = { slots: slotsOf(peer.addresses), seed: peer.seed, swarm, claim, essence };
    this.#peers.set(key, own);
    if (claim) claim.devices += 1;
    swarm.add(own);
    return known?.swarm;
  }

  /** The swarm that the device was in. */
  drop(gid: GroupId, content: ContentId, uid: UserId, device: string): AnnounceSwarm | undefined {
    const key = keyOf(gid, content, uid, device);
    const known = this.#peers.get(key);
    if (known) this.#remove(key, known);
    return known?.swarm;
  }

  #remove(key: string, own: OwnPeer): void {
    this.#peers.delete(key);
    own.swarm.remove(own);
    if (own.claim) own.claim.devices -= 1;
  }
}

const keyOf = (gid: GroupId, content: ContentId, uid: UserId, device: string): string =>
  `${gid}/${content}/${uid}/${device}`;

/** Where others reach a device: public addresses first. */
function slotsOf(addresses: readonly PeerAddress[]): Slot[] {
  const isPublic = ({ host }: PeerAddress): boolean => !isPrivateAddress(host) && !isLoopback(host);
  const ordered = [...addresses.filter(isPublic), ...addresses.filter((address) => !isPublic(address))];
  const slots = ordered.flatMap(({ host, port }) => slotOf(host, port) ?? []);
  return [6, 18].flatMap((width) =>
    slots.filter(({ bytes }) => bytes.length === width).slice(0, PER_FAMILY_MAX),
  );
}
