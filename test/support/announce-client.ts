import { request } from 'undici';
import {
  asDict,
  asList,
  decode,
  dictOf,
  intOf,
  maybeBytesOf,
  maybeTextOf,
  textOf,
  type BDict,
} from '../../src/bencode/index.ts';
import { toHex, view } from '../../src/base/index.ts';

/** A peer as a tracker gave it. */
export interface GivenPeer {
  readonly host: string;
  readonly port: number;
  /** Only in a dictionary that has it. */
  readonly peerId?: string;
}

/** An answer to an announcement. */
export interface Announced {
  readonly complete: number;
  readonly incomplete: number;
  readonly interval: number;
  readonly minInterval: number;
  /** Of both families. */
  readonly peers: readonly GivenPeer[];
}

/** What another BitTorrent program says of itself; as it stands in the query. */
export type Said = Readonly<Record<string, string | number>>;

/** An info-hash cut to 20 bytes, with every byte escaped. */
const escapedHash = (infoHash: string): string => infoHash.slice(0, 40).replace(/../g, '%$&');

/** Announces by plain HTTP. Rejects with the failure reason, or the HTTP status. */
export async function announce(url: string, infoHash: string, said: Said = {}): Promise<Announced> {
  const usual = {
    peer_id: '-XX0100-000000000000',
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    compact: 1,
  };
  const rest = Object.entries({ ...usual, ...said }).map(([name, value]) => `${name}=${value}`);
  return announced(await get(`${url}?info_hash=${escapedHash(infoHash)}&${rest.join('&')}`));
}

/** The files of a scrape: by info-hash cut to 20 bytes, as hex. */
export async function scrape(
  url: string,
  ...infoHashes: readonly string[]
): Promise<Record<string, { complete: number; downloaded: number; incomplete: number }>> {
  const query = infoHashes.map((infoHash) => `info_hash=${escapedHash(infoHash)}`).join('&');
  const body = await get(`${url.replace(/announce$/, 'scrape')}?${query}`);
  return Object.fromEntries(
    [...dictOf(body, 'files')].map(([hash, counts]) => {
      const of = (name: string): number => intOf(asDict(counts, 'counts'), name);
      const all = { complete: of('complete'), downloaded: of('downloaded'), incomplete: of('incomplete') };
      return [Buffer.from(hash, 'latin1').toString('hex'), all];
    }),
  );
}

async function get(url: string): Promise<BDict> {
  const response = await request(url);
  const bytes = await response.body.bytes();
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  const body = asDict(decode(bytes), 'body');
  const failure = maybeTextOf(body, 'failure reason');
  if (failure !== undefined) throw new Error(failure);
  return body;
}

function announced(body: BDict): Announced {
  return {
    complete: intOf(body, 'complete'),
    incomplete: intOf(body, 'incomplete'),
    interval: intOf(body, 'interval'),
    minInterval: intOf(body, 'min interval'),
    peers: [...peersOf(body), ...packed(maybeBytesOf(body, 'peers6'), 18)],
  };
}

function peersOf(body: BDict): GivenPeer[] {
  const peers = body.get('peers');
  if (peers instanceof Uint8Array) return packed(peers, 6);
  return asList(peers ?? [], 'peers').map((one) => {
    const peer = asDict(one, 'peer');
    const id = maybeBytesOf(peer, 'peer id');
    const peerId = id && { peerId: view(id).toString('latin1') };
    return { host: textOf(peer, 'ip'), port: intOf(peer, 'port'), ...peerId };
  });
}

/** IPv6 addresses as 32 hex digits. */
function packed(bytes: Uint8Array | undefined, width: 6 | 18): GivenPeer[] {
  const peers: GivenPeer[] = [];
  for (let at = 0; at < (bytes?.length ?? 0); at += width) {
    const one = view((bytes as Uint8Array).subarray(at, at + width));
    const host = width === 6 ? one.subarray(0, 4).join('.') : toHex(one.subarray(0, 16));
    peers.push({ host, port: one.readUInt16BE(width - 2) });
  }
  return peers;
}
