import { isIPv6 } from 'node:net';

/** How a connection's remote address is shown and compared: IPv4 also where it arrives inside IPv6, no zone. */
export function plainAddress(remote: string | undefined): string {
  const address = (remote ?? '').replace(/%.*$/, '').toLowerCase();
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/**
 * What limits by address count under: an IPv4 address, or the first 64 bits of an IPv6 one, as a single
 * customer holds all addresses below those.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: gap }, () => '0'), ...back];
  return `${groups.slice(0, 4).map(trimZeros).join(':')}::/64`;
}

const trimZeros = (group: string): string => group.replace(/^0+(?=.)/, '');

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
