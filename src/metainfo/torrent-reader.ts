import { equalBytes, sha256Hex, type InfoHash } from '../base/index.ts';
import {
  asDict,
  BencodeError,
  decode,
  dictOf,
  encode,
  intOf,
  keyText,
  maybeBytesOf,
  maybeIntOf,
  maybeTextOf,
  textOf,
  type BDict,
} from '../bencode/index.ts';
import { arrangeFiles, FILES_MAX } from './content.ts';
import { MetainfoError } from './errors.ts';
import { checkVersion1 } from './hybrid.ts';
import { BLOCK_BYTES, HASH_BYTES, rootOfLayer } from './merkle.ts';
import { PATH_DEPTH_MAX } from './names.ts';
import { INFO_BYTES_MAX } from './torrent.ts';

/** A .torrent: an info dictionary, and 64 MiB of hashes for as many pieces as a content may have. */
const FILE_BYTES_MAX = INFO_BYTES_MAX + 80 * 1024 * 1024;
const ITEMS_MAX = 24 * FILES_MAX;
/** Powers of two from a block (BEP 52) to more than anybody uses. */
const PIECE_LENGTH_MAX = 256 * 1024 * 1024;

export interface ReadFile {
  /** Components below the torrent's name; for a single file its name alone. As they are written, in whatever Unicode form. */
  readonly path: readonly string[];
  /** Bytes. */
  readonly length: number;
  /** Root of the file's tree (BEP 52); empty files have none. */
  readonly piecesRoot?: Uint8Array;
}

/** What a .torrent file says, whoever made it. */
export interface ReadTorrent {
  readonly name: string;
  /** SHA-256 of the info dictionary (BEP 52). */
  readonly infoHash: InfoHash;
  /** SHA-1 of it in hexadecimal, if it can be used in version 1, too (a hybrid). */
  readonly infoHash1?: string;
  readonly pieceLength: number;
  readonly isPrivate: boolean;
  readonly isFolder: boolean;
  /** In the order of their pieces. */
  readonly files: readonly ReadFile[];
  /** The PEM of the authority whose members alone may take part. */
  readonly sslCert?: Uint8Array;
}

/**
 * Reads a .torrent file of version 2, or a hybrid of both versions, as other programs write them: with any piece length,
 * public or private, with fields that mean nothing here. Everything that could be read in two ways is refused:
 * unsorted or doubled keys, bytes after the end, names that leave their folder or are one file on some system, piece
 * layers that are missing, superfluous or don't lead to their roots, links, and a version 1 that says other than
 * version 2. Throws MetainfoError, which says why.
 */
export function readTorrentFile(bytes: Uint8Array): ReadTorrent {
  if (bytes.length > FILE_BYTES_MAX) throw new MetainfoError(`more than ${FILE_BYTES_MAX} bytes`);
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error;
    throw new MetainfoError(`malformed .torrent file: ${error.message}`, { cause: error });
  }
}

function read(bytes: Uint8Array): ReadTorrent {
  const limits = { maxDepth: PATH_DEPTH_MAX + 6, maxItems: ITEMS_MAX };
  const file = asDict(decode(bytes, limits), 'the file');
  const info = dictOf(file, 'info');
  checkInfo(info);
  const name = textOf(info, 'name');
  const pieceLength = pieceLengthOf(info);
  const files: ReadFile[] = [];
  readFolder(dictOf(info, 'file tree'), [], files);
  const isFolder = !(files.length === 1 && files[0]?.path.length === 1 && files[0].path[0] === name);
  arrangeFiles(name, isFolder, files);
  if (files.every(({ length }) => length === 0)) throw new MetainfoError('it holds no byte');
  checkLayers(files, pieceLength, file);
  const infoHash1 = checkVersion1(info, { name, isFolder, files, pieceLength });
  const infoHash = sha256Hex(encode(info)) as InfoHash;
  const isPrivate = maybeIntOf(info, 'private') === 1;
  const sslCert = maybeBytesOf(info, 'ssl-cert')?.slice();
  const read = { name, infoHash, pieceLength, isPrivate, isFolder, files };
  return { ...read, ...(infoHash1 !== undefined && { infoHash1 }), ...(sslCert && { sslCert }) };
}

function checkInfo(info: BDict): void {
  const version = maybeIntOf(info, 'meta version');
  if (version === undefined) throw new MetainfoError('BitTorrent version 1 only: it has no hash trees');
  if (version !== 2) throw new MetainfoError(`version ${version} is not known`);
  for (const key of ['name.utf-8', 'path.utf-8']) {
    if (info.has(key)) throw new MetainfoError(`it has two names: ${key}`);
  }
  if (![undefined, 0, 1].includes(maybeIntOf(info, 'private'))) {
    throw new MetainfoError('private is neither 0 nor 1');
  }
}

function pieceLengthOf(info: BDict): number {
  const length = intOf(info, 'piece length');
  const isPower = length >= BLOCK_BYTES && length <= PIECE_LENGTH_MAX && Number.isInteger(Math.log2(length));
  if (!isPower) throw new MetainfoError(`${length} is no piece length`);
  return length;
}

function readFolder(folder: BDict, path: readonly string[], files: ReadFile[]): void {
  if (folder.size === 0) throw new MetainfoError('a folder holds nothing');
  for (const [key, value] of folder) {
    const entry = asDict(value, 'file tree');
    const here = [...path, keyText(key)];
    const properties = entry.get('');
    if (properties === undefined) readFolder(entry, here, files);
    else if (entry.size > 1) throw new MetainfoError(`${JSON.stringify(here.join('/'))} is file and folder`);
    else files.push(readFile(here, asDict(properties, 'file tree')));
    if (files.length > FILES_MAX) throw new MetainfoError(`more than ${FILES_MAX} files`);
  }
}

function readFile(path: readonly string[], properties: BDict): ReadFile {
  const shown = JSON.stringify(path.join('/'));
  if (/[lp]/.test(maybeTextOf(properties, 'attr') ?? '') || properties.has('symlink path')) {
    throw new MetainfoError(`${shown} is a link or padding, no file`);
  }
  const length = intOf(properties, 'length');
  const piecesRoot = maybeBytesOf(properties, 'pieces root')?.slice();
  if (length === 0) {
    if (piecesRoot) throw new MetainfoError(`${shown} is empty, and has a pieces root`);
    return { path, length };
  }
  if (piecesRoot?.length !== HASH_BYTES) throw new MetainfoError(`${shown}: wrong or missing pieces root`);
  return { path, length, piecesRoot };
}

/** BEP 52: a layer for each file of more than one piece, by its root; nothing else. */
function checkLayers(files: readonly ReadFile[], pieceLength: number, file: BDict): void {
  const layers = dictOf(file, 'piece layers');
  const wanted = new Set<string>();
  for (const { path, length, piecesRoot } of files) {
    if (!piecesRoot || length <= pieceLength) continue;
    const key = Buffer.from(piecesRoot).toString('latin1');
    const layer = maybeBytesOf(layers, key);
    const hasRoom = layer?.length === Math.ceil(length / pieceLength) * HASH_BYTES;
    const isRight =
      layer && hasRoom && (wanted.has(key) || equalBytes(rootOfLayer(layer, pieceLength), piecesRoot));
    if (!isRight) throw new MetainfoError(`${JSON.stringify(path.join('/'))}: wrong or missing piece layer`);
    wanted.add(key);
  }
  if (layers.size !== wanted.size) throw new MetainfoError('a piece layer belongs to no file');
}
