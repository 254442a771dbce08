import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Where a peer listens. `host` is an IP address as text, without brackets. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** `1.2.3.4:5` or `[::1]:5`, as people type it. */
export function formatAddress(address: PeerAddress): string {
  return isIPv6(address.host) ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** An IPv4 address that came in over a dual-stack socket, in its usual form. */
export function plainHost(host: string): string {
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
}

/**
 * This machine's addresses that others may dial: IPv4 first, then IPv6, loopback last and only when there is
 * nothing else. Link-local IPv6 is left out: it means nothing without the dialler's interface.
 */
export function interfaceHosts(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const usable = all.filter((entry) => !entry.address.toLowerCase().startsWith('fe80:'));
  const outside = usable.filter((entry) => !entry.internal);
  const chosen = outside.length > 0 ? outside : usable;
  const rank = (family: string): number => (family === 'IPv4' ? 0 : 1);
  const sorted = chosen.toSorted((a, b) => rank(a.family) - rank(b.family));
  return [...new Set(sorted.map((entry) => entry.address))];
}
