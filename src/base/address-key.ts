import { isIPv6 } from 'node:net';

/**
 * What limits by address count under: an IPv4 address, or the first 64 bits of an IPv6 one, as a single
 * customer holds all addresses below those.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  return `${sixGroups(address).slice(0, 4).map(trimZeros).join(':')}::/64`;
}

/** The eight groups of an IPv6 address as text, the zeros that `::` stands for included. */
export function sixGroups(address: string): string[] {
  const [head = '', tail] = address.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: gap }, () => '0'), ...back];
}

const trimZeros = (group: string): string => group.replace(/^0+(?=.)/, '');
