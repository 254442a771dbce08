import { invariant, utf8, view } from '../base/index.ts';
import { decode, encode, type BDict, type BValue } from '../bencode/index.ts';
import type { PieceLayers } from './piece-layers.ts';
import { INFO_BYTES_MAX, type Torrent } from './torrent.ts';

/**
 * A .torrent file (BEP 52) for other clients. The layers must be complete. `trackers` are announce URLs that stand in
 * one tier (BEP 12): all of them give the same peers.
 */
export function torrentFile(
  torrent: Torrent,
  layers: PieceLayers,
  trackers: readonly string[] = [],
): Uint8Array {
  const pieceLayers: BDict = new Map();
  for (const [index, { piecesRoot, pieceCount }] of torrent.content.files.entries()) {
    if (!piecesRoot || pieceCount < 2) continue;
    const layer = layers.layerOf(index);
    invariant(layer, 'the piece layers are complete');
    pieceLayers.set(view(piecesRoot).toString('latin1'), layer);
  }
  // Canonical bytes decode and encode to themselves, so the info-hash stays the torrent's.
  const info = decode(torrent.infoBytes, { maxItems: INFO_BYTES_MAX });
  const file: BDict = new Map<string, BValue>([
    ['info', info],
    ['piece layers', pieceLayers],
  ]);
  const [first] = trackers;
  if (first !== undefined) file.set('announce', utf8(first));
  if (trackers.length > 1) file.set('announce-list', [trackers.map(utf8)]);
  return encode(file);
}
