import { isIPv6 } from 'node:net';

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
