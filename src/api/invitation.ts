import { isIP } from 'node:net';
import {
  CommandError,
  type GroupId,
  equalBytes,
  fromBase64Url,
  sha256,
  toBase64Url,
  toHex,
  fromHex,
  utf8,
  view,
} from '../base/index.ts';
import { labelField } from './fields.ts';
import type { TrackerAddress } from './tracker-list.ts';

/** What the link of an invitation says. Whoever holds it holds the secret. */
export interface InvitationLink {
  readonly trackers: readonly TrackerAddress[];
  /** The cluster of these trackers, 64 hex digits: who opens the link trusts no other. */
  readonly cluster: string;
  readonly gid: GroupId;
  /** Labels of the group and of who invites, as the inviter sees them: for people, proven by nothing. */
  readonly group: string;
  readonly inviter: string;
  /** Names the invitation to its maker, 16 hex digits. */
  readonly id: string;
  /** 16 bytes: a request shows by a MAC under it that its maker holds the link. */
  readonly secret: Uint8Array;
  /** Ms since 1970, whole seconds. */
  readonly expiresAtMs: number;
}

export const INVITATION_ID_BYTES = 8;
export const INVITATION_SECRET_BYTES = 16;

const SCHEME = 'mbt://join/';
const VERSION = 1;
const HASH_BYTES = 32;
const EXPIRY_BYTES = 5;
const CHECKSUM_BYTES = 4;
/** Trackers that a list may name. */
const TRACKERS_MAX = 16;
/** Longer than any link that can be made. */
const TEXT_CHARS_MAX = 1_000;

/** As short as it can be, since it is also shown as a QR code: bytes side by side, a checksum, base64url. */
export function encodeInvitation(link: InvitationLink): string {
  const bytes = Buffer.concat([
    Uint8Array.of(VERSION),
    fromHex(link.cluster),
    fromHex(link.gid),
    fromHex(link.id),
    link.secret,
    expiryBytes(link.expiresAtMs),
    labelBytes(link.group),
    labelBytes(link.inviter),
    Uint8Array.of(link.trackers.length),
    ...link.trackers.map(addressBytes),
  ]);
  return SCHEME + toBase64Url(Buffer.concat([bytes, checksum(bytes)]));
}

/**
 * Reads a link as people paste it: with line breaks that a mail or a terminal put in. Whether it has expired is for the
 * caller. Throws INVALID_INVITATION, with what to do, for anything that `encodeInvitation` did not make.
 */
export function parseInvitation(text: string): InvitationLink {
  if (text.length > 2 * TEXT_CHARS_MAX) throw damaged();
  const plain = text.replace(/\s+/g, '');
  if (plain.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw new CommandError(
      'INVALID_INVITATION',
      `that is no invitation: the link of one begins with ${SCHEME}. Copy all of it`,
    );
  }
  const code = plain.slice(SCHEME.length);
  const bytes = fromBase64Url(code);
  // One link has one form: what base64 would pass over in silence is damage, too.
  if (toBase64Url(bytes) !== code) throw damaged();
  if (bytes[0] !== VERSION && bytes.length > 0 && isWhole(bytes)) {
    throw new CommandError(
      'INVALID_INVITATION',
      'this invitation was made by a newer version of the program; update this one',
    );
  }
  if (!isWhole(bytes)) throw damaged();
  return readLink(new Reader(bytes.subarray(1, -CHECKSUM_BYTES)));
}

/** The trackers of an invitation as a list (`tracker_info.txt`) that trusts their cluster alone. */
export const trackerListOf = ({ trackers, cluster }: InvitationLink): string =>
  [...trackers.map(({ text }) => text), `cluster ${cluster}`, ''].join('\n');

const damaged = (): CommandError =>
  new CommandError(
    'INVALID_INVITATION',
    'this invitation is damaged or cut off: copy the whole link again, or ask for it once more',
  );

const checksum = (bytes: Uint8Array): Uint8Array =>
  sha256('mbt invitation\n', bytes).subarray(0, CHECKSUM_BYTES);

function isWhole(bytes: Uint8Array): boolean {
  const end = bytes.length - CHECKSUM_BYTES;
  return end > 0 && equalBytes(bytes.subarray(end), checksum(bytes.subarray(0, end)));
}

function readLink(reader: Reader): InvitationLink {
  const cluster = toHex(reader.take(HASH_BYTES));
  const gid = toHex(reader.take(HASH_BYTES)) as GroupId;
  const id = toHex(reader.take(INVITATION_ID_BYTES));
  const secret = reader.take(INVITATION_SECRET_BYTES).slice();
  const expiresAtMs = view(reader.take(EXPIRY_BYTES)).readUIntBE(0, EXPIRY_BYTES) * 1_000;
  const [group, inviter] = [reader.label(), reader.label()];
  const count = reader.byte();
  if (count === 0 || count > TRACKERS_MAX) throw damaged();
  const trackers = Array.from({ length: count }, () => reader.address());
  if (!reader.isAtEnd) throw damaged();
  return { trackers, cluster, gid, group, inviter, id, secret, expiresAtMs };
}

function expiryBytes(expiresAtMs: number): Uint8Array {
  const bytes = Buffer.alloc(EXPIRY_BYTES);
  bytes.writeUIntBE(Math.floor(expiresAtMs / 1_000), 0, EXPIRY_BYTES);
  return bytes;
}

function labelBytes(label: string): Uint8Array {
  const text = utf8(label);
  return Buffer.concat([Uint8Array.of(text.length), text]);
}

/** 4 or 6, the address, the port. */
function addressBytes({ host, port }: TrackerAddress): Uint8Array {
  const family = isIP(host);
  const bytes = family === 6 ? sixBytes(host) : host.split('.').map(Number);
  return Uint8Array.of(family, ...bytes, port >> 8, port & 0xff);
}

/** The 16 bytes of an IPv6 address: URLs write each address in one way, without dots. */
function sixBytes(host: string): number[] {
  const [head = '', tail] = plainSix(host).split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 0xff]);
}

const plainSix = (host: string): string => new URL(`http://[${host}]/`).hostname.slice(1, -1);

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw damaged();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  label(): string {
    const text = view(this.take(this.byte())).toString('latin1');
    if (!labelField.safeParse(text).success) throw damaged();
    return text;
  }

  address(): TrackerAddress {
    const family = this.byte();
    if (family !== 4 && family !== 6) throw damaged();
    const host = family === 4 ? this.take(4).join('.') : this.#six();
    const port = view(this.take(2)).readUInt16BE();
    if (port === 0) throw damaged();
    return { host, port, text: family === 4 ? `${host}:${port}` : `[${host}]:${port}` };
  }

  #six(): string {
    const words = view(this.take(16));
    const text = Array.from({ length: 8 }, (_, at) => words.readUInt16BE(2 * at).toString(16)).join(':');
    return plainSix(text);
  }
}
