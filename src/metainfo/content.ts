import { invariant, sha256Hex, type ContentId } from '../base/index.ts';
import { textKey } from '../bencode/index.ts';
import { MetainfoError } from './errors.ts';
import { encodeInfo } from './info.ts';
import { BLOCK_BYTES, HASH_BYTES, treeHeight } from './merkle.ts';
import { checkName, foldName, PATH_BYTES_MAX, PATH_DEPTH_MAX } from './names.ts';

const KIB = 1024;
const PIECE_LENGTH_MIN = 256 * KIB;
const PIECE_LENGTH_MAX = 16 * 1024 * KIB;
const PIECES_AIM = 65_536;
/** Pieces of one content: 32 TiB at the largest piece length; libtorrent stops there, too. */
const PIECES_MAX = 2 ** 21;
/** Files of one content. */
export const FILES_MAX = 100_000;

export interface ContentFile {
  /** Components below the content's name, in NFC; for a single file its name alone. */
  readonly path: readonly string[];
  /** Bytes. */
  readonly length: number;
  /** Root of the file's tree (BEP 52); empty files have none. */
  readonly piecesRoot?: Uint8Array;
  /** Number of its first piece: each file begins a piece of its own. */
  readonly firstPiece: number;
  readonly pieceCount: number;
}

/** What is shared, whoever shares it: same bytes and names, same content id. */
export interface Content {
  readonly name: string;
  readonly contentId: ContentId;
  readonly pieceLength: number;
  /** In the order of their pieces: byte order of the path's components. */
  readonly files: readonly ContentFile[];
  readonly pieceCount: number;
  /** Bytes in all files. */
  readonly size: number;
  readonly isFolder: boolean;
}

export interface ContentInput {
  readonly name: string;
  readonly isFolder: boolean;
  /** In any order; a single file has the content's name as its path. */
  readonly files: readonly ContentInputFile[];
}
export interface ContentInputFile {
  readonly path: readonly string[];
  readonly length: number;
  readonly piecesRoot?: Uint8Array | undefined;
}

/**
 * The canonical piece length of a content of `size` bytes: the power of two that gives some 65,536 pieces.
 */
export function pieceLengthFor(size: number): number {
  let length = PIECE_LENGTH_MIN;
  while (length < PIECE_LENGTH_MAX && length < size / PIECES_AIM) length *= 2;
  return length;
}

/** The canonical content of these files. Throws MetainfoError for what cannot be shared safely. */
export function buildContent(input: ContentInput): Content {
  const name = normalName(input.name);
  const sorted = arrangeFiles(name, input.isFolder, input.files);
  const size = sorted.reduce((sum, file) => sum + file.length, 0);
  const pieceLength = pieceLengthFor(size);
  const files = placePieces(sorted, pieceLength);
  const last = files[files.length - 1];
  const pieceCount = last ? last.firstPiece + last.pieceCount : 0;
  if (pieceCount > PIECES_MAX) throw new MetainfoError(`${size} bytes are too many for one share`);
  const draft = { name, pieceLength, files, pieceCount, size, isFolder: input.isFolder };
  return { ...draft, contentId: sha256Hex(encodeInfo(draft)) as ContentId };
}

/**
 * The files in the order of their pieces, with names in NFC. Throws MetainfoError if such files can't be a
 * content: so this is to be asked before they are hashed.
 */
export function arrangeFiles<F extends { readonly path: readonly string[]; readonly length: number }>(
  name: string,
  isFolder: boolean,
  files: readonly F[],
): F[] {
  if (files.length === 0) throw new MetainfoError('there is no file');
  if (files.length > FILES_MAX) throw new MetainfoError(`more than ${FILES_MAX} files`);
  const keyed = files.map((file) => {
    checkPath(file.path, file.length);
    const path = file.path.map(normalName);
    return { file: { ...file, path }, keys: path.map(textKey) };
  });
  const sorted = keyed.sort((a, b) => comparePaths(a.keys, b.keys)).map(({ file }) => file);
  checkShape(normalName(name), isFolder, sorted);
  return sorted;
}

/** Where a piece lies. `piece` must be within the content. */
export interface PiecePlace {
  /** Index into `content.files`. */
  readonly file: number;
  /** Bytes from the start of that file. */
  readonly offset: number;
  /** Bytes; the last piece of a file may be shorter than the piece length. */
  readonly length: number;
}

export function pieceAt(content: Content, piece: number): PiecePlace {
  invariant(piece >= 0 && piece < content.pieceCount, `piece ${piece} of ${content.pieceCount}`);
  let low = 0;
  let high = content.files.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((content.files[middle] as ContentFile).firstPiece <= piece) low = middle;
    else high = middle - 1;
  }
  const { firstPiece, length } = content.files[low] as ContentFile;
  const offset = (piece - firstPiece) * content.pieceLength;
  return { file: low, offset, length: Math.min(content.pieceLength, length - offset) };
}

/** Bytes that the tree of a piece spans: the piece length, or less if the piece is a whole small file. */
export function pieceTreeBytes(content: Content, piece: number): number {
  const { length, pieceCount } = content.files[pieceAt(content, piece).file] as ContentFile;
  return pieceCount > 1 ? content.pieceLength : fileTreeBytes(length);
}

/** Bytes that the tree of a whole file of `length` bytes spans. */
export function fileTreeBytes(length: number): number {
  return BLOCK_BYTES * 2 ** treeHeight(Math.ceil(length / BLOCK_BYTES));
}

function normalName(raw: string): string {
  const name = raw.normalize('NFC');
  const fault = checkName(name);
  if (fault !== undefined) throw new MetainfoError(`the name ${JSON.stringify(raw)}: ${fault}`);
  return name;
}

function checkPath(path: readonly string[], length: number): void {
  const shown = JSON.stringify(path.join('/'));
  if (path.length === 0) throw new MetainfoError('a file has no name');
  if (path.length > PATH_DEPTH_MAX) {
    throw new MetainfoError(`${shown}: more than ${PATH_DEPTH_MAX} folders inside one another`);
  }
  if (Buffer.byteLength(path.join('/')) > PATH_BYTES_MAX) {
    throw new MetainfoError(`${shown}: the path is longer than ${PATH_BYTES_MAX} bytes`);
  }
  if (!Number.isSafeInteger(length) || length < 0) throw new MetainfoError(`${shown}: bad length`);
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [at, key] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    if (key !== other) return key < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** No two names equal but for case or Unicode form, no file that is a folder, too, and no ambiguous shape. */
function checkShape(name: string, isFolder: boolean, files: readonly Pick<ContentInputFile, 'path'>[]): void {
  const first = files[0];
  const looksSingle = files.length === 1 && first?.path.length === 1 && first.path[0] === name;
  if (!isFolder && !looksSingle) throw new MetainfoError('a single file must have the name of its share');
  if (isFolder && looksSingle) {
    throw new MetainfoError(
      `the folder ${JSON.stringify(name)} holds only a file of the same name: share that file instead`,
    );
  }
  const places = new Map<string, string>();
  for (const file of files) {
    let folded = '';
    for (const [depth, component] of file.path.entries()) {
      folded += `/${foldName(component)}`;
      const isFile = depth === file.path.length - 1;
      claimPlace(places, folded, `${file.path.slice(0, depth + 1).join('/')}${isFile ? '' : '/'}`, isFile);
    }
  }
}

function claimPlace(places: Map<string, string>, folded: string, path: string, isFile: boolean): void {
  const there = places.get(folded);
  if (there === undefined) places.set(folded, path);
  else if (isFile || there !== path) {
    throw new MetainfoError(
      `${JSON.stringify(there)} and ${JSON.stringify(path)} would be one file on some systems: rename one`,
    );
  }
}

function placePieces(files: readonly ContentInputFile[], pieceLength: number): ContentFile[] {
  let firstPiece = 0;
  return files.map(({ path, length, piecesRoot }) => {
    if (piecesRoot?.length !== (length === 0 ? undefined : HASH_BYTES)) {
      throw new MetainfoError(`${JSON.stringify(path.join('/'))}: wrong or missing pieces root`);
    }
    const pieceCount = Math.ceil(length / pieceLength);
    const placed = { path, length, firstPiece, pieceCount, ...(piecesRoot && { piecesRoot }) };
    firstPiece += pieceCount;
    return placed;
  });
}
