import { expect, test } from 'vitest';
import { sha256Hex, utf8 } from '../base/index.ts';
import { encode, type BDict, type BValue } from '../bencode/index.ts';
import { MetainfoError } from './errors.ts';
import { HASH_BYTES, rootOfLayer } from './merkle.ts';
import { readTorrentFile } from './torrent-reader.ts';

const KIB = 1024;
const PIECE = 16 * KIB;
const ROOT = new Uint8Array(HASH_BYTES).fill(7);
const LAYER = new Uint8Array(2 * HASH_BYTES).fill(9);
const LAYER_ROOT = rootOfLayer(LAYER, PIECE);
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const dict = (entries: Record<string, BValue>): BDict => new Map(Object.entries(entries));
const file = (length: number, root?: Uint8Array, more: Record<string, BValue> = {}): BDict =>
  dict({ '': dict({ length, ...(root && { 'pieces root': root }), ...more }) });
const small = file(5, ROOT);

/** A folder `d` of a small file `a`, an empty one `b` and one of two pieces, `c`. */
const TREE = { a: small, b: file(0), c: file(PIECE + 1, LAYER_ROOT) };
const V2 = { 'file tree': dict(TREE), 'meta version': 2, name: utf8('d'), 'piece length': PIECE };
const LAYERS = { [latin1(LAYER_ROOT)]: LAYER };
const v1 = (length: number, path: string, attr?: string): BDict =>
  dict({ length, path: [utf8(path)], ...(attr !== undefined && { attr: utf8(attr) }) });
const PAD = v1(PIECE - 5, '.pad', 'p');
const HYBRID = {
  ...V2,
  files: [v1(5, 'a'), v1(0, 'b'), PAD, v1(PIECE + 1, 'c')],
  pieces: new Uint8Array(60),
};

const torrent = (info: Record<string, BValue>, layers: Record<string, BValue> = LAYERS): Uint8Array =>
  encode(dict({ info: dict(info), 'piece layers': dict(layers) }));

test('reads version 2 as any program writes it', () => {
  const read = readTorrentFile(torrent({ ...V2, 'ssl-cert': utf8('PEM'), source: utf8('x'), private: 0 }));
  expect(read).toMatchObject({ name: 'd', pieceLength: PIECE, isPrivate: false, isFolder: true });
  expect(read.infoHash1).toBeUndefined();
  expect(read.sslCert).toEqual(utf8('PEM'));
  expect(read.files).toEqual([
    { path: ['a'], length: 5, piecesRoot: ROOT },
    { path: ['b'], length: 0 },
    { path: ['c'], length: PIECE + 1, piecesRoot: LAYER_ROOT },
  ]);
});

test('names a single file by itself, and its info-hash is that of the bytes', () => {
  const info = { 'file tree': dict({ x: small }), 'meta version': 2, name: utf8('x'), 'piece length': PIECE };
  const read = readTorrentFile(torrent(info, {}));
  expect(read).toMatchObject({ isFolder: false, infoHash: sha256Hex(encode(dict(info))) });
});

test('reads a hybrid whose two versions agree', () => {
  expect(readTorrentFile(torrent(HYBRID)).infoHash1).toMatch(/^[0-9a-f]{40}$/);
  const single = {
    'file tree': dict({ x: small }),
    'meta version': 2,
    name: utf8('x'),
    'piece length': PIECE,
  };
  const both = { ...single, length: 5, pieces: new Uint8Array(20) };
  expect(readTorrentFile(torrent(both, {})).infoHash1).toMatch(/^[0-9a-f]{40}$/);
  expect(() => readTorrentFile(torrent({ ...both, length: 6 }, {}))).toThrow(/version 1 says something else/);
  expect(() => readTorrentFile(torrent({ ...both, files: [] }, {}))).toThrow(/has a folder/);
});

const { 'meta version': _, ...VERSION_1 } = HYBRID;
const tree = (entries: Record<string, BValue>) => ({ ...V2, 'file tree': dict({ ...TREE, ...entries }) });
const files = (...list: BDict[]) => ({ ...HYBRID, files: list });

test.each<[string, Record<string, BValue>, RegExp]>([
  ['version 1 alone', VERSION_1, /version 1 only/],
  ['a version to come', { ...V2, 'meta version': 3 }, /version 3 is not known/],
  ['a second name', { ...V2, 'name.utf-8': utf8('e') }, /two names/],
  ['a name that leaves its folder', { ...V2, name: utf8('..') }, /points to a folder/],
  ['a file that leaves its folder', tree({ '../x': small }), /path separator/],
  ['names that are one on some systems', tree({ A: small }), /one file on some systems/],
  ['a piece length that is no power of two', { ...V2, 'piece length': 48 * KIB }, /no piece length/],
  ['pieces below a block', { ...V2, 'piece length': 8 * KIB }, /no piece length/],
  ['neither private nor public', { ...V2, private: 2 }, /neither 0 nor 1/],
  ['an empty folder', tree({ z: dict({}) }), /holds nothing/],
  [
    'a file that is a folder, too',
    tree({ z: dict({ '': dict({ length: 0 }), y: small }) }),
    /file and folder/,
  ],
  ['a link', tree({ z: file(0, undefined, { attr: utf8('l') }) }), /link/],
  ['a root of nothing', tree({ z: file(0, ROOT) }), /has a pieces root/],
  ['no root', tree({ z: file(1) }), /missing pieces root/],
  ['half a root', tree({ z: file(1, ROOT.subarray(1)) }), /missing pieces root/],
  ['nothing but empty files', { ...V2, 'file tree': dict({ b: file(0) }) }, /no byte/],
  ['a negative length', tree({ z: file(-1, ROOT) }), /bad length/],
  ['a file missing in version 1', files(v1(5, 'a'), v1(0, 'b')), /something else/],
  ['another name in version 1', files(v1(5, 'x'), v1(0, 'b'), PAD, v1(PIECE + 1, 'c')), /something else/],
  ['a file more in version 1', files(...HYBRID.files, v1(1, 'e')), /something else/],
  ['no padding', files(v1(5, 'a'), v1(0, 'b'), v1(PIECE + 1, 'c')), /does not begin a piece/],
  ['odd padding', files(v1(5, 'a'), v1(0, 'b'), v1(1, '.pad', 'p')), /padding of a wrong length/],
  ['a link in version 1', files(v1(5, 'a', 'l')), /link/],
  ['too few pieces', { ...HYBRID, pieces: new Uint8Array(40) }, /wrong number of piece hashes/],
  ['a file in version 1', { ...HYBRID, length: 5 }, /has a file where/],
])('refuses %s', (_why, info, reason) => {
  expect(() => readTorrentFile(torrent(info))).toThrow(MetainfoError);
  expect(() => readTorrentFile(torrent(info))).toThrow(reason);
});

test.each<[string, Record<string, BValue>, RegExp]>([
  ['no layers', {}, /wrong or missing piece layer/],
  ['one that leads elsewhere', { [latin1(LAYER_ROOT)]: LAYER.with(0, 1) }, /wrong or missing piece layer/],
  ['one that is too long', { [latin1(LAYER_ROOT)]: new Uint8Array(96) }, /wrong or missing piece layer/],
  ['one of no file', { ...LAYERS, [latin1(ROOT)]: ROOT }, /belongs to no file/],
])('refuses piece layers: %s', (_why, layers, reason) => {
  expect(() => readTorrentFile(torrent(V2, layers))).toThrow(reason);
});

test('refuses what is no .torrent file', () => {
  for (const text of ['', 'x', 'de', 'le', 'd4:infodee', 'd4:info0:e']) {
    expect(() => readTorrentFile(utf8(text)), text).toThrow(MetainfoError);
  }
});
