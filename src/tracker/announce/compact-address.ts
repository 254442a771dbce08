import { isIP } from 'node:net';
import { sixGroups } from '../../base/index.ts';

/**
 * Address and port as BEP 23 (6 bytes) and BEP 7 (18 bytes) have them, big-endian; undefined for what is no address.
 * `host` has no brackets and no zone.
 */
export function compactAddress(host: string, port: number): Buffer | undefined {
  const family = isIP(host);
  if (family === 0) return undefined;
  const address = family === 4 ? host.split('.').map(Number) : bytesOfSix(host);
  return address && Buffer.from([...address, port >> 8, port & 0xff]);
}

function bytesOfSix(host: string): number[] | undefined {
  const groups = sixGroups(host);
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}
