import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256, sha256Hex, utf8 } from '../base/index.ts';
import { asDict, decode, dictOf, encode, textKey, type BDict, type BValue } from '../bencode/index.ts';
import { buildContent, pieceAt, pieceLengthFor, pieceTreeBytes, type ContentInput } from './content.ts';
import { MetainfoError } from './errors.ts';
import { checkName, foldName } from './names.ts';
import { buildTorrent, INFO_BYTES_MAX, parseTorrentInfo } from './torrent.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function folderOf(paths: Record<string, number>, name = 'folder'): ContentInput {
  const files = Object.entries(paths).map(([path, length]) => ({
    path: path.split('/'),
    length,
    piecesRoot: length === 0 ? undefined : sha256(path),
  }));
  return { name, isFolder: true, files };
}

const single = (name: string, length: number): ContentInput => ({
  name,
  isFolder: false,
  files: [{ path: [name], length, piecesRoot: length === 0 ? undefined : sha256(name) }],
});

const infoOf = (input: ContentInput): Uint8Array => buildTorrent(buildContent(input)).infoBytes;

const someName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((name) => name.normalize('NFC'))
  .filter((name) => checkName(name) === undefined);

const anyFolder = fc
  .tuple(
    someName,
    fc.uniqueArray(
      fc.record({
        path: fc.array(someName, { minLength: 2, maxLength: 4 }),
        length: fc.oneof(fc.nat(3), fc.nat(40 * MIB)),
      }),
      { minLength: 1, maxLength: 12, selector: ({ path }) => foldName(path[0] as string) },
    ),
  )
  .map(([name, files]): ContentInput => {
    const withRoots = files.map(({ path, length }) => ({
      path,
      length,
      piecesRoot: length === 0 ? undefined : sha256(path.join('/')),
    }));
    return { name, isFolder: true, files: withRoots };
  });

describe('info dictionaries', () => {
  test('what we build parses to the same content, in any order of files', () => {
    fc.assert(
      fc.property(anyFolder, fc.nat(), (input, seed) => {
        const content = buildContent(input);
        const shuffled = input.files.toSorted((a, b) => (a.length ^ seed) - (b.length ^ seed));
        expect(buildContent({ ...input, files: shuffled })).toEqual(content);
        const torrent = buildTorrent(content, utf8('PEM'));
        expect(parseTorrentInfo(torrent.infoBytes)).toEqual(torrent);
        expect(torrent.infoHash).toBe(sha256Hex(torrent.infoBytes));
        expect(content.contentId).toBe(sha256Hex(buildTorrent(content).infoBytes));
      }),
    );
  });

  test('any change of the bytes is refused or is another canonical torrent', () => {
    const pem = utf8('PEM');
    fc.assert(
      fc.property(anyFolder, fc.nat(), fc.nat(255), fc.nat(2), (input, at, byte, how) => {
        const { infoBytes, infoHash } = buildTorrent(buildContent(input), pem);
        const place = at % infoBytes.length;
        const bad = [
          infoBytes.with(place, byte),
          infoBytes.subarray(0, place),
          new Uint8Array([...infoBytes.subarray(0, place), byte, ...infoBytes.subarray(place)]),
        ][how] as Uint8Array;
        try {
          const torrent = parseTorrentInfo(bad);
          expect(torrent.infoBytes).toEqual(new Uint8Array(bad));
          expect(torrent.infoHash === infoHash).toBe(Buffer.compare(bad, infoBytes) === 0);
        } catch (error) {
          expect(error).toBeInstanceOf(MetainfoError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the same content has one id, whatever group it is shared in', () => {
    const content = buildContent(single('a.bin', 5 * MIB));
    const inOne = parseTorrentInfo(buildTorrent(content, utf8('one')).infoBytes);
    const inOther = parseTorrentInfo(buildTorrent(content, utf8('other')).infoBytes);
    expect(inOne.content.contentId).toBe(inOther.content.contentId);
    expect(inOne.infoHash).not.toBe(inOther.infoHash);
    expect(inOne.sslCert).toEqual(utf8('one'));
  });

  test('names are one content in whatever Unicode form they are given', () => {
    const id = (name: string): string => buildContent(single(name, 1)).contentId;
    const input = { ...single('caf\u00e9', 1), name: 'cafe\u0301' };
    expect(buildContent(input).contentId).toBe(id('caf\u00e9'));
    expect(buildContent(folderOf({ 'e\u0301/x': 1 })).files[0]?.path).toEqual(['\u00e9', 'x']);
  });
});

function changed(change: (info: BDict) => void, input = folderOf({ 'a/b': 5, c: 300_000 })): Uint8Array {
  const info = asDict(decode(infoOf(input)), 'info');
  change(info);
  return encode(info);
}

const fileNode = (length: number, root: Uint8Array = sha256('x')): BDict =>
  new Map<string, BValue>([['', new Map<string, BValue>([['length', length], ['pieces root', root]])]]); // prettier-ignore
const inTree = (...names: string[]): Uint8Array =>
  changed((info) => {
    let node = dictOf(info, 'file tree');
    for (const name of names.slice(0, -1)) {
      const next: BDict = new Map();
      node.set(textKey(name), next);
      node = next;
    }
    node.set(textKey(names.at(-1) as string), fileNode(5));
  });

describe('parseTorrentInfo refuses', () => {
  test.each([
    { why: 'not bencode', bytes: utf8('hello') },
    { why: 'no dictionary', bytes: utf8('i1e') },
    { why: 'an empty dictionary', bytes: utf8('de') },
    { why: 'over the limit of bytes', bytes: new Uint8Array(INFO_BYTES_MAX + 1) },
    { why: 'nested without end', bytes: utf8('d9:file tree'.repeat(5000)) },
    { why: 'version 1', bytes: changed((info) => info.delete('meta version')) },
    { why: 'a version to come', bytes: changed((info) => info.set('meta version', 3)) },
    { why: 'a hybrid', bytes: changed((info) => info.set('pieces', new Uint8Array(20))) },
    { why: 'not private', bytes: changed((info) => info.delete('private')) },
    { why: 'private in another way', bytes: changed((info) => info.set('private', 2)) },
    { why: 'an unknown field', bytes: changed((info) => info.set('source', utf8('x'))) },
    { why: 'another piece length', bytes: changed((info) => info.set('piece length', 32 * KIB)) },
    { why: 'a piece length of zero', bytes: changed((info) => info.set('piece length', 0)) },
    { why: 'no files', bytes: changed((info) => info.set('file tree', new Map())) },
    { why: 'a name that climbs out', bytes: changed((info) => info.set('name', utf8('..'))) },
    { why: 'a name that is no UTF-8', bytes: changed((info) => info.set('name', Uint8Array.of(0xff, 0xfe))) },
    { why: 'a name not in NFC', bytes: changed((info) => info.set('name', utf8('cafe\u0301'))) },
    { why: 'a path that climbs out', bytes: inTree('..', 'etc') },
    { why: 'a separator in a name', bytes: inTree('a/../../b') },
    { why: 'a backslash in a name', bytes: inTree('a\\b') },
    { why: 'a device name', bytes: inTree('sub', 'NUL.txt') },
    { why: 'a path not in NFC', bytes: inTree('e\u0301') },
    { why: 'equal but for case', bytes: inTree('C') },
    { why: 'folders equal but for case', bytes: inTree('A', 'z') },
    { why: 'a file equal to a folder but for case', bytes: inTree('A') },
    { why: 'too long a name', bytes: inTree('x'.repeat(256)) },
    { why: 'too long a path', bytes: inTree(...new Array<string>(20).fill('x'.repeat(200))) },
    { why: 'too deep a path', bytes: inTree(...new Array<string>(82).fill('d')) },
    {
      why: 'an absurdly large certificate',
      bytes: changed((info) => info.set('ssl-cert', new Uint8Array(20_000))),
    },
    { why: 'a negative length', bytes: changed((info) => dictOf(info, 'file tree').set('c', fileNode(-1))) },
    {
      why: 'more bytes than there are',
      bytes: changed((info) => dictOf(info, 'file tree').set('c', fileNode(2 ** 52))),
    },
    {
      why: 'a short root',
      bytes: changed((info) => dictOf(info, 'file tree').set('c', fileNode(5, new Uint8Array(31)))),
    },
    {
      why: 'an empty file with a root',
      bytes: changed((info) => dictOf(info, 'file tree').set('c', fileNode(0))),
    },
    {
      why: 'a folder without files',
      bytes: changed((info) => dictOf(info, 'file tree').set('d', new Map())),
    },
    {
      why: 'a file that is a folder, too',
      bytes: changed((info) => dictOf(dictOf(info, 'file tree'), 'a').set('', dictOf(fileNode(5), ''))),
    },
    {
      why: 'attributes (executable, hidden, link, padding)',
      bytes: changed((info) => dictOf(dictOf(dictOf(info, 'file tree'), 'c'), '').set('attr', utf8('l'))),
    },
  ])('$why', ({ bytes }) => expect(() => parseTorrentInfo(bytes)).toThrow(MetainfoError));
});

describe('buildContent refuses', () => {
  test.each([
    { why: 'no files', input: folderOf({}) },
    { why: 'two files equal but for Unicode form', input: folderOf({ '\u00e9': 1, 'e\u0301': 1 }) },
    {
      why: 'one file twice',
      input: { ...folderOf({ a: 1 }), files: [...folderOf({ a: 1 }).files, ...folderOf({ a: 1 }).files] },
    },
    { why: 'a folder with only a file of its name', input: folderOf({ same: 1 }, 'same') },
    { why: 'a single file under another name', input: { ...single('a', 1), name: 'b' } },
    { why: 'a fractional length', input: single('a', 1.5) },
    { why: 'more pieces than peers can handle', input: single('a', 2 ** 46) },
  ])('$why', ({ input }) => expect(() => buildContent(input)).toThrow(MetainfoError));
});

describe('geometry', () => {
  test.each([
    { size: 0, length: 256 * KIB },
    { size: 16 * 1024 * MIB, length: 256 * KIB },
    { size: 16 * 1024 * MIB + 1, length: 512 * KIB },
    { size: 2 ** 40, length: 16 * MIB },
    { size: 2 ** 44, length: 16 * MIB },
  ])('pieces of $length bytes for $size', ({ size, length }) => expect(pieceLengthFor(size)).toBe(length));

  test('each piece lies in one file, and the pieces cover every file once', () => {
    fc.assert(
      fc.property(anyFolder, (input) => {
        const content = buildContent(input);
        const covered = content.files.map(() => 0);
        for (let piece = 0; piece < content.pieceCount; piece += 1) {
          const { file, offset, length } = pieceAt(content, piece);
          expect(offset).toBe(covered[file]);
          expect(length).toBeGreaterThan(0);
          expect(pieceTreeBytes(content, piece)).toBeGreaterThanOrEqual(length);
          covered[file] = offset + length;
        }
        expect(covered).toEqual(content.files.map((file) => file.length));
      }),
    );
  });

  test('files come in the order of their bytes, not of UTF-16', () => {
    const content = buildContent(folderOf({ '\u{1F600}': 1, '\uFF21': 1, 'a/z': 1, 'a b': 1, a_: 0 }));
    expect(content.files.map(({ path }) => path.join('/'))).toEqual([
      'a/z',
      'a b',
      'a_',
      '\uFF21',
      '\u{1F600}',
    ]);
  });
});
