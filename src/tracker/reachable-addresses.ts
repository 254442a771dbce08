import type { PeerAddress } from '../api/index.ts';
import { isLoopback, isPrivateAddress, plainAddress } from './address-key.ts';

/**
 * Where others may try to reach a client: the address that the tracker sees it at, and of those that it names the
 * private ones. A public address of somebody else would turn the whole group's dialling against him. Loopback
 * addresses only from clients on the tracker's own machine.
 */
export function reachableAddresses(
  named: readonly PeerAddress[],
  port: number,
  observed: string,
): PeerAddress[] {
  const good = named
    .map((address) => ({ host: plainAddress(address.host), port: address.port }))
    .filter(
      ({ host }) => host === observed || isPrivateAddress(host) || (isLoopback(host) && isLoopback(observed)),
    );
  const all = [...good, { host: observed, port }];
  return all.filter((one, at) => all.findIndex((other) => sameAddress(one, other)) === at);
}

const sameAddress = (a: PeerAddress, b: PeerAddress): boolean => a.host === b.host && a.port === b.port;
