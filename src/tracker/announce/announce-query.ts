/** What a client of the tracker says of itself (BEP 3, 7, 23). Bytes are Latin-1 text: one character each. */
export interface AnnounceQuery {
  /** 20 bytes; of a v2 torrent its info-hash cut to that (BEP 52). */
  readonly infoHash: string;
  /** 20 bytes. */
  readonly peerId: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly seed: boolean;
  readonly event: 'started' | 'stopped' | 'completed' | undefined;
  /** Peers wanted of each address family, within `NUMWANT_MAX`. */
  readonly wanted: number;
  readonly compact: boolean;
  readonly noPeerId: boolean;
  /** Where it says it is: `ip`, as it came. */
  readonly ip: string | undefined;
}

const NUMWANT_DEFAULT = 50;
export const NUMWANT_MAX = 200;
/** Info-hashes in one scrape. */
export const SCRAPE_HASHES_MAX = 64;
const PARAMETERS_MAX = 32;
const HASH_BYTES = 20;

const scratch = Buffer.alloc(HASH_BYTES);

/** The values of the parameters that are read, as they came. */
interface Given {
  infoHash?: string;
  peerId?: string;
  port?: string;
  left?: string;
  event?: string;
  wanted?: string;
  compact?: string;
  noPeerId?: string;
  ip?: string;
}

/** The query of an announcement; text says what is wrong with it, in words for the person at that client. */
export function parseAnnounce(query: string): AnnounceQuery | string {
  const given = readParameters(query);
  if (given === undefined) return 'too many parameters';
  const { left, event } = given;
  const infoHash = hashIn(given.infoHash);
  const peerId = hashIn(given.peerId);
  if (infoHash === undefined) return 'info_hash must be 20 bytes';
  if (peerId === undefined) return 'peer_id must be 20 bytes';
  const port = wholeNumber(given.port);
  if (port === undefined || port < 1 || port > 65_535) return 'port must be 1 to 65535';
  if (left !== undefined && wholeNumber(left) === undefined) return 'left must be a number of bytes';
  return {
    infoHash,
    peerId,
    port,
    seed: left !== undefined && wholeNumber(left) === 0,
    event: event === 'started' || event === 'stopped' || event === 'completed' ? event : undefined,
    wanted: Math.min(wholeNumber(given.wanted) ?? NUMWANT_DEFAULT, NUMWANT_MAX),
    compact: given.compact !== '0',
    noPeerId: given.noPeerId === '1',
    ip: given.ip,
  };
}

/** The info-hashes of a scrape (BEP 48), each once; text says what is wrong. */
export function parseScrape(query: string): readonly string[] | string {
  const hashes = new Set<string>();
  for (const pair of query.split('&', SCRAPE_HASHES_MAX + PARAMETERS_MAX)) {
    if (!pair.startsWith('info_hash=')) continue;
    const hash = hashIn(pair.slice('info_hash='.length));
    if (hash === undefined) return 'info_hash must be 20 bytes';
    hashes.add(hash);
    if (hashes.size > SCRAPE_HASHES_MAX) return `more than ${SCRAPE_HASHES_MAX} info-hashes`;
  }
  return hashes.size === 0 ? 'a scrape must name info-hashes' : [...hashes].toSorted(byCodeUnit);
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : 1);

/** One pass, as this is done for each announcement. Of a parameter that comes twice the first counts. */
function readParameters(query: string): Given | undefined {
  const given: Given = {};
  let parameters = 0;
  for (let at = 0; at < query.length; parameters += 1) {
    if (parameters === PARAMETERS_MAX) return undefined;
    const stop = query.indexOf('&', at);
    const end = stop < 0 ? query.length : stop;
    const equals = query.indexOf('=', at);
    if (equals > at && equals < end) keep(given, query.slice(at, equals), query.slice(equals + 1, end));
    at = end + 1;
  }
  return given;
}

function keep(given: Given, name: string, value: string): void {
  switch (name) {
    case 'info_hash':
      given.infoHash ??= value;
      break;
    case 'peer_id':
      given.peerId ??= value;
      break;
    case 'port':
      given.port ??= value;
      break;
    case 'left':
      given.left ??= value;
      break;
    case 'event':
      given.event ??= value;
      break;
    case 'numwant':
      given.wanted ??= value;
      break;
    case 'compact':
      given.compact ??= value;
      break;
    case 'no_peer_id':
      given.noPeerId ??= value;
      break;
    case 'ip':
      given.ip ??= value;
      break;
    default:
  }
}

/** Digits alone, and not more than a size in bytes has. */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 20) return undefined;
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** Exactly 20 bytes from text with %-escapes. */
function hashIn(text: string | undefined): string | undefined {
  if (text === undefined || text.length < HASH_BYTES || text.length > 3 * HASH_BYTES) return undefined;
  let bytes = 0;
  for (let at = 0; at < text.length; bytes += 1) {
    if (bytes === HASH_BYTES) return undefined;
    const code = text.charCodeAt(at);
    if (code !== 0x25) {
      scratch[bytes] = code;
      at += 1;
      continue;
    }
    const byte = (hexDigit(text.charCodeAt(at + 1)) << 4) | hexDigit(text.charCodeAt(at + 2));
    if (byte < 0) return undefined;
    scratch[bytes] = byte;
    at += 3;
  }
  return bytes === HASH_BYTES ? scratch.toString('latin1') : undefined;
}

/** -1 for what is none, also past the end of a text. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
