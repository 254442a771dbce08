import { hash } from 'node:crypto';
import { asDict, asText, bytesOf, encode, intOf, listOf, maybeTextOf, type BDict } from '../bencode/index.ts';
import { MetainfoError } from './errors.ts';

const SHA1_BYTES = 20;
const VERSION_1_KEYS = ['files', 'length', 'pieces'];

/** What version 2 of an info dictionary says. */
interface Version2 {
  readonly name: string;
  readonly isFolder: boolean;
  readonly files: readonly { readonly path: readonly string[]; readonly length: number }[];
  readonly pieceLength: number;
}

/**
 * The info-hash of version 1, in hexadecimal, if the dictionary is a hybrid (BEP 52); undefined if it is of version 2
 * alone. Both must describe the same files in the same order, with padding (BEP 47) so that each begins a piece: else
 * clients of the two versions would have different files. Throws MetainfoError.
 */
export function checkVersion1(info: BDict, version2: Version2): string | undefined {
  if (!VERSION_1_KEYS.some((key) => info.has(key))) return undefined;
  const bytes = version2.isFolder ? checkFiles(info, version2) : checkFile(info, version2);
  const pieces = bytesOf(info, 'pieces').length / SHA1_BYTES;
  if (pieces !== Math.ceil(bytes / version2.pieceLength)) {
    throw new MetainfoError('version 1: wrong number of piece hashes');
  }
  return hash('sha1', encode(info), 'hex');
}

/** Bytes in all. */
function checkFile(info: BDict, { files }: Version2): number {
  if (info.has('files')) {
    throw new MetainfoError('version 1 has a folder where version 2 has a file');
  }
  const length = intOf(info, 'length');
  if (length !== files[0]?.length) throw differs(files[0]?.path ?? []);
  return length;
}

/** Bytes in all, padding included. */
function checkFiles(info: BDict, { files, pieceLength }: Version2): number {
  if (info.has('length')) throw new MetainfoError('version 1 has a file where version 2 has a folder');
  let at = 0;
  let next = 0;
  for (const item of listOf(info, 'files')) {
    const entry = asDict(item, 'files');
    const length = intOf(entry, 'length');
    const attributes = maybeTextOf(entry, 'attr') ?? '';
    const missing = (pieceLength - (at % pieceLength)) % pieceLength;
    if (attributes.includes('l') || entry.has('path.utf-8'))
      throw new MetainfoError('version 1 has a link, or two names');
    if (attributes.includes('p')) {
      if (length !== missing) throw new MetainfoError('version 1: padding of a wrong length');
    } else {
      const file = files[next];
      if (file?.length !== length || !samePath(entry, file.path)) throw differs(file?.path ?? []);
      if (length > 0 && missing > 0) throw new MetainfoError('version 1: a file does not begin a piece');
      next += 1;
    }
    at += length;
  }
  if (next !== files.length) throw differs(files[next]?.path ?? []);
  return at;
}

function samePath(entry: BDict, path: readonly string[]): boolean {
  const listed = listOf(entry, 'path').map((component) => asText(component, 'path'));
  return listed.length === path.length && listed.every((component, at) => component === path[at]);
}

const differs = (path: readonly string[]): MetainfoError =>
  new MetainfoError(`${JSON.stringify(path.join('/'))}: version 1 says something else than version 2`);
