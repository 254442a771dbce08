import { encode, textKey, type BDict, type BValue } from '../bencode/index.ts';
import { utf8 } from '../base/index.ts';
import type { Content } from './content.ts';

/**
 * The canonical info dictionary (BEP 52, version 2 only; BEP 27, private): without `sslCert` it names the
 * content, with the authority's PEM bytes it is what a group's swarm uses.
 */
export function encodeInfo(content: Omit<Content, 'contentId'>, sslCert?: Uint8Array): Uint8Array {
  const info: BDict = new Map<string, BValue>([
    ['file tree', fileTree(content)],
    ['meta version', 2],
    ['name', utf8(content.name)],
    ['piece length', content.pieceLength],
    ['private', 1],
  ]);
  if (sslCert) info.set('ssl-cert', sslCert);
  return encode(info);
}

/**
 * BEP 52: folders are dictionaries by name; a file is one with the empty key alone, holding its properties.
 */
function fileTree({ files }: Pick<Content, 'files'>): BDict {
  const root: BDict = new Map();
  for (const { path, length, piecesRoot } of files) {
    let folder = root;
    for (const component of path) {
      const key = textKey(component);
      const inner = (folder.get(key) as BDict | undefined) ?? new Map<string, BValue>();
      folder.set(key, inner);
      folder = inner;
    }
    const properties: BDict = new Map<string, BValue>([['length', length]]);
    if (piecesRoot) properties.set('pieces root', piecesRoot);
    folder.set('', properties);
  }
  return root;
}
