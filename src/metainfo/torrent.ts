import { equalBytes, sha256Hex, type InfoHash } from '../base/index.ts';
import {
  asDict,
  BencodeError,
  bytesOf,
  decode,
  dictOf,
  intOf,
  keyText,
  maybeBytesOf,
  textOf,
  type BDict,
} from '../bencode/index.ts';
import { buildContent, FILES_MAX, type Content, type ContentInputFile } from './content.ts';
import { MetainfoError } from './errors.ts';
import { encodeInfo } from './info.ts';
import { PATH_DEPTH_MAX } from './names.ts';

/** Bytes of an info dictionary: libtorrent reads no larger .torrent by default. */
export const INFO_BYTES_MAX = 9_500_000;
const CERT_BYTES_MAX = 16 * 1024;
const INFO_ITEMS_MAX = 16 * FILES_MAX;

/** A content as a swarm names it: with the certificate of the group's authority, or, for tests, without. */
export interface Torrent {
  readonly content: Content;
  /** The bencoded info dictionary, byte for byte. */
  readonly infoBytes: Uint8Array;
  readonly infoHash: InfoHash;
  /** PEM bytes of the only certificate authority whose members may take part. */
  readonly sslCert?: Uint8Array;
}

/** Throws MetainfoError if the description grows over the limit (too many or too long names). */
export function buildTorrent(content: Content, sslCert?: Uint8Array): Torrent {
  if (sslCert && sslCert.length > CERT_BYTES_MAX) throw new MetainfoError('the certificate is too large');
  const infoBytes = encodeInfo(content, sslCert);
  if (infoBytes.length > INFO_BYTES_MAX) {
    throw new MetainfoError('too many and too long file names for one share: share parts of the folder');
  }
  const infoHash = sha256Hex(infoBytes) as InfoHash;
  return { content, infoBytes, infoHash, ...(sslCert && { sslCert }) };
}

/**
 * What a peer or a file says is an info dictionary. Accepted only if our own encoder would have written the
 * very same bytes; so whatever is not checked here is checked there. Throws MetainfoError.
 */
export function parseTorrentInfo(infoBytes: Uint8Array): Torrent {
  if (infoBytes.length > INFO_BYTES_MAX) throw new MetainfoError(`more than ${INFO_BYTES_MAX} bytes`);
  try {
    return parse(infoBytes);
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error;
    throw new MetainfoError(`malformed info dictionary: ${error.message}`, { cause: error });
  }
}

function parse(infoBytes: Uint8Array): Torrent {
  const limits = { maxDepth: PATH_DEPTH_MAX + 4, maxItems: INFO_ITEMS_MAX };
  const info = asDict(decode(infoBytes, limits), 'info');
  if (intOf(info, 'meta version') !== 2) throw new MetainfoError('not BitTorrent version 2');
  const name = textOf(info, 'name');
  const tree = dictOf(info, 'file tree');
  const files: ContentInputFile[] = [];
  readFolder(tree, [], files);
  const isFolder = !(files.length === 1 && files[0]?.path.length === 1 && files[0].path[0] === name);
  const sslCert = maybeBytesOf(info, 'ssl-cert')?.slice();
  const torrent = buildTorrent(buildContent({ name, isFolder, files }), sslCert);
  if (!equalBytes(torrent.infoBytes, infoBytes)) {
    throw new MetainfoError(
      'not in the canonical form (version 2 only, private, NFC names, no extra fields)',
    );
  }
  return torrent;
}

function readFolder(folder: BDict, path: readonly string[], files: ContentInputFile[]): void {
  for (const [key, value] of folder) {
    const entry = asDict(value, 'file tree');
    const here = [...path, keyText(key)];
    const properties = entry.get('');
    if (properties === undefined) readFolder(entry, here, files);
    else files.push(readFile(here, asDict(properties, 'file tree')));
  }
}

function readFile(path: readonly string[], properties: BDict): ContentInputFile {
  const length = intOf(properties, 'length');
  return { path, length, piecesRoot: length === 0 ? undefined : bytesOf(properties, 'pieces root').slice() };
}
