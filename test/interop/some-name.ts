import * as fc from 'fast-check';
import { checkName } from '../../src/metainfo/index.ts';

/** libtorrent cuts longer names of files on disk; the torrent stays what it is. */
const NAME_BYTES_MAX = 240;
/** libtorrent leaves marks of the direction of writing out of names on disk. */
const DIRECTION_MARK = /[\u200e\u200f]/;

/** Any name that a file of ours may have and that libtorrent keeps as it is. */
export const someName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((name) => name.normalize('NFC'))
  .filter((name) => checkName(name) === undefined && !DIRECTION_MARK.test(name))
  .filter((name) => Buffer.byteLength(name) <= NAME_BYTES_MAX);
