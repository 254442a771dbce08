import { seededChance, type InfoHash } from '../../src/base/index.ts';
import {
  buildContent,
  buildTorrent,
  leafHashes,
  merkleRoot,
  pieceLengthFor,
  PieceLayers,
  pieceRoot,
  fileTreeBytes,
  rootOfLayer,
  treeHeight,
  type Torrent,
} from '../../src/metainfo/index.ts';

/** What a simulated swarm distributes. */
export interface SimContent {
  readonly torrent: Torrent;
  readonly infoHash: InfoHash;
  /** A fresh copy: a swarm takes it over. */
  layers(): PieceLayers;
  /** The files' bytes, each as long as it says; undefined where bytes are only counted. */
  readonly files: readonly Uint8Array[] | undefined;
}

/** Real bytes (from a seed), for swarms in which somebody lies. */
export function realContent(seed: number, lengths: readonly number[]): SimContent {
  const chance = seededChance(seed);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const pieceLength = pieceLengthFor(total);
  const parts = lengths.map((length, n) => {
    const bytes = new Uint8Array(length);
    const words = new Uint32Array(bytes.buffer, 0, length >> 2);
    for (let at = 0; at < words.length; at += 1) words[at] = chance() * 2 ** 32;
    return { path: [`f${n}`], bytes, layer: layerOf(bytes, pieceLength) };
  });
  const content = buildContent({
    name: 'folder',
    isFolder: true,
    files: parts.map(({ path, bytes, layer }) => ({
      path,
      length: bytes.length,
      piecesRoot: bytes.length === 0 ? undefined : rootOf(layer, bytes.length, pieceLength),
    })),
  });
  const byPath = new Map(parts.map((part) => [part.path[0], part]));
  const sorted = content.files.map((file) => byPath.get(file.path[0])!);
  const hashes = Buffer.concat(sorted.map((part) => part.layer));
  const torrent = buildTorrent(content);
  return {
    torrent,
    infoHash: torrent.infoHash,
    layers: () => PieceLayers.fromBytes(content, hashes)!,
    files: sorted.map((part) => part.bytes),
  };
}

/** Only the hashes exist (they are made up): for swarms whose blocks are counted and not looked at. */
export function countedContent(seed: number, length: number): SimContent {
  const chance = seededChance(seed);
  const pieceLength = pieceLengthFor(length);
  const layer = new Uint8Array(32 * Math.ceil(length / pieceLength)).map(() => chance() * 256);
  const piecesRoot = rootOf(layer, length, pieceLength);
  const content = buildContent({
    name: 'file',
    isFolder: false,
    files: [{ path: ['file'], length, piecesRoot }],
  });
  const torrent = buildTorrent(content);
  return {
    torrent,
    infoHash: torrent.infoHash,
    layers: () => PieceLayers.fromBytes(content, layer)!,
    files: undefined,
  };
}

function layerOf(bytes: Uint8Array, pieceLength: number): Uint8Array {
  if (bytes.length === 0) return new Uint8Array(0);
  if (bytes.length <= pieceLength) return pieceRoot(bytes, fileTreeBytes(bytes.length));
  const roots: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const leaves = leafHashes(bytes.subarray(at, at + pieceLength));
    roots.push(merkleRoot(leaves, 0, treeHeight(pieceLength / (16 * 1024))));
  }
  return Buffer.concat(roots);
}

const rootOf = (layer: Uint8Array, length: number, pieceLength: number): Uint8Array =>
  length <= pieceLength ? layer.slice() : rootOfLayer(layer, pieceLength);
