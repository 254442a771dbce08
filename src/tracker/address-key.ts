import { isIPv6 } from 'node:net';

/** How a connection's remote address is shown and compared: IPv4 also where it arrives inside IPv6, no zone. */
export function plainAddress(remote: string | undefined): string {
  const address = (remote ?? '').replace(/%.*$/, '').toLowerCase();
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

const PRIVATE_4 = [
  /^10\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^169\.254\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

/** Addresses that lead nowhere but into the announcer's own network, so that nobody else can be harmed by them. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv6(address)) return /^f[cd]/.test(address) || /^fe[89ab]/.test(address);
  return PRIVATE_4.some((pattern) => pattern.test(address));
}

export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');
