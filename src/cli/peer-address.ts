import { isIP } from 'node:net';

/** Where this client's peers connect. */
export interface PeerAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Reads `<ip>:<port>`, IPv6 in brackets; a string says what is wrong with it. */
export function parsePeerAddress(text: string): PeerAddress | string {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined)
    return `expected <ip>:<port>, such as 192.168.1.20:6881, or [::1]:6881 for IPv6; port 0 takes any free one`;
  const port = Number(match[3]);
  if (port > 65_535) return `port ${port} is too large: ports go from 0 to 65535`;
  if (isIP(host) !== (match[1] === undefined ? 4 : 6))
    return `"${host}" is no IP address: give the address at which other members reach this machine`;
  return { host, port };
}
