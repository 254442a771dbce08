import { silentLogger, systemClock, type Clock } from '../../src/base/index.ts';
import {
  openPeerHost,
  RateLimiter,
  sniOf,
  type HostLimits,
  type PeerContext,
  type PeerHost,
  type PeerSocket,
} from '../../src/net/index.ts';

const hosts: PeerHost[] = [];

/** Closes every host that `openTestHost` opened; for `afterEach`. */
export async function closeTestHosts(): Promise<void> {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
}

export interface OpenedHost {
  readonly host: PeerHost;
  readonly peers: PeerSocket[];
  readonly address: { host: string; port: number };
}

/** A host on a free port of loopback that serves `contexts`; who came in is kept in `peers`. */
export async function openTestHost(
  contexts: readonly PeerContext[],
  onPeer: (peer: PeerSocket) => void = () => undefined,
  clock: Clock = systemClock,
  limits: Partial<HostLimits> = {},
): Promise<OpenedHost> {
  const peers: PeerSocket[] = [];
  const byName = new Map(contexts.map((context) => [sniOf(context.infoHash), context]));
  const rates = { up: new RateLimiter(clock), down: new RateLimiter(clock) };
  const host = await openPeerHost({
    host: '127.0.0.1',
    port: 0,
    contextFor: (name) => byName.get(name),
    onPeer: (peer) => {
      peers.push(peer);
      onPeer(peer);
    },
    rates,
    limits,
    clock,
    log: silentLogger,
  });
  hosts.push(host);
  return { host, peers, address: host.address };
}

export const ignore = { onData: () => undefined, onSent: () => undefined, onClose: () => undefined };
export const never = (): AbortSignal => new AbortController().signal;

/** The peer that came in at `opened`: the dialling side knows of success first. */
export async function arrived(opened: OpenedHost): Promise<PeerSocket> {
  for (;;) {
    const [peer] = opened.peers;
    if (peer) return peer;
    await new Promise(setImmediate);
  }
}

/** Waits until `peer` can send nothing more. */
export async function stuck(peer: PeerSocket): Promise<void> {
  for (let sent = -1; sent !== peer.bytesOut;) {
    sent = peer.bytesOut;
    for (let turns = 0; turns < 500; turns += 1) await new Promise(setImmediate);
  }
}
