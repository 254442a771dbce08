import { PeerFault, utf8 } from '../base/index.ts';
import { asDict, decode, encode, type BDict, type BValue } from '../bencode/index.ts';

/** Bytes in one request between this program's own peers, at most. Strangers are asked for 16 KiB. */
export const LARGEST_REQUEST_BYTES = 256 * 1024;

const NAMES = {
  metadata: 'ut_metadata',
  dontHave: 'lt_donthave',
  uploadOnly: 'upload_only',
  own: 'mbt',
} as const;
type Extension = keyof typeof NAMES;

/** Under which number the sender wants each extension's messages; absent or 0: not at all (BEP 10). */
export type ExtensionIds = { readonly [name in Extension]?: number };

/** The numbers that this program announces, and so those under which messages arrive here. */
export const EXTENSION_IDS = { metadata: 1, dontHave: 2, uploadOnly: 3, own: 4 } as const;

/** What this program's own peers tell one another (key `mbt` of the extension handshake). */
export interface OwnKind {
  /** Largest block the sender serves in one request, bytes; at least 16 KiB. */
  readonly requestBytesMax: number;
  /** The sender's device, as presence names it: with the proven user it tells which source this is. */
  readonly device: string;
  /** Digest of the group's removals the sender knows; opaque here. */
  readonly groupDigest?: Uint8Array;
}

/** BEP 10 handshake; what this program has no use for is left out. */
export interface ExtensionHandshake {
  readonly ids: ExtensionIds;
  /** Bytes of the info dictionary, if the sender has it (BEP 9). */
  readonly metadataBytes?: number;
  /** Requests the sender keeps in its queue, at most. */
  readonly requestsMax?: number;
  /** The sender wants no pieces (BEP 21). */
  readonly uploadOnly?: boolean;
  /** Program and version. */
  readonly client?: string;
  readonly own?: OwnKind;
}

const DEVICE_CHARS_MAX = 64;
const DIGEST_BYTES_MAX = 64;
const CLIENT_CHARS_MAX = 64;
/** libtorrent sends some twenty values. */
const LIMITS = { maxDepth: 8, maxItems: 1_000 };

export function encodeExtensionHandshake(handshake: ExtensionHandshake): Uint8Array {
  const ids: BDict = new Map();
  for (const [name, id] of Object.entries(handshake.ids)) ids.set(NAMES[name as Extension], id);
  const dict: BDict = new Map<string, BValue>([['m', ids]]);
  if (handshake.own) dict.set('mbt', ownDict(handshake.own));
  if (handshake.metadataBytes !== undefined) dict.set('metadata_size', handshake.metadataBytes);
  if (handshake.requestsMax !== undefined) dict.set('reqq', handshake.requestsMax);
  if (handshake.uploadOnly !== undefined) dict.set('upload_only', handshake.uploadOnly ? 1 : 0);
  if (handshake.client !== undefined) dict.set('v', utf8(handshake.client));
  return encode(dict);
}

function ownDict(own: OwnKind): BDict {
  const dict: BDict = new Map<string, BValue>([
    ['b', own.requestBytesMax],
    ['d', utf8(own.device)],
  ]);
  if (own.groupDigest) dict.set('n', own.groupDigest);
  return dict;
}

/** Throws PeerFault BAD_EXTENSION. Unknown keys are skipped, and values of a strange type as if absent. */
export function parseExtensionHandshake(payload: Uint8Array): ExtensionHandshake {
  const dict = dictOf(payload);
  const ids: Partial<Record<Extension, number>> = {};
  const wanted = dict.get('m');
  for (const [name, key] of Object.entries(NAMES)) {
    const id = wanted instanceof Map ? wanted.get(key) : undefined;
    if (typeof id === 'number' && id > 0 && id < 256) ids[name as Extension] = id;
  }
  const own = ids.own === undefined ? undefined : parseOwn(dict.get('mbt'));
  const metadataBytes = whole(dict.get('metadata_size'));
  const requestsMax = whole(dict.get('reqq'));
  const uploadOnly = whole(dict.get('upload_only'));
  const client = text(dict.get('v'), CLIENT_CHARS_MAX);
  return {
    ids,
    ...(metadataBytes === undefined ? {} : { metadataBytes }),
    ...(requestsMax === undefined ? {} : { requestsMax }),
    ...(uploadOnly === undefined ? {} : { uploadOnly: uploadOnly !== 0 }),
    ...(client === undefined ? {} : { client }),
    ...(own === undefined ? {} : { own }),
  };
}

function dictOf(payload: Uint8Array): BDict {
  try {
    return asDict(decode(payload, LIMITS), 'extension handshake');
  } catch (error) {
    throw new PeerFault('BAD_EXTENSION', 'the extension handshake is not a dictionary', { cause: error });
  }
}

function parseOwn(value: BValue | undefined): OwnKind | undefined {
  if (!(value instanceof Map)) return undefined;
  const requestBytesMax = whole(value.get('b'));
  const device = text(value.get('d'), DEVICE_CHARS_MAX);
  const digest = value.get('n');
  if (requestBytesMax === undefined || device === undefined) return undefined;
  return {
    requestBytesMax,
    device,
    ...(digest instanceof Uint8Array && digest.length <= DIGEST_BYTES_MAX
      ? { groupDigest: new Uint8Array(digest) }
      : {}),
  };
}

const whole = (value: BValue | undefined): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;

function text(value: BValue | undefined, charsMax: number): string | undefined {
  if (!(value instanceof Uint8Array) || value.length > charsMax) return undefined;
  return Buffer.from(value).toString('utf8');
}
