import { BlockList, isIP } from 'node:net';

const NEAR: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8], // RFC 1918
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16], // RFC 3927: link-local
  ['::1', 128],
  ['fe80::', 10], // RFC 4291: link-local
  ['fc00::', 7], // RFC 4193: unique local
];

const near = new BlockList();
for (const [network, prefix] of NEAR) near.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');

/** Whether an address is of this machine or its own network: loopback, private or link-local. False for no address. */
export function isLanHost(host: string): boolean {
  const bare = host.split('%', 1)[0] ?? '';
  const family = isIP(bare);
  return family !== 0 && near.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}
