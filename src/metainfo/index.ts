/**
 * Canonical info dictionaries, Merkle trees and geometry of BitTorrent version 2
 * (BEP 52, https://www.bittorrent.org/beps/bep_0052.html). Pure.
 */
export { Bitfield } from './bitfield.ts';
export {
  arrangeFiles,
  buildContent,
  fileTreeBytes,
  FILES_MAX,
  pieceAt,
  pieceLengthFor,
  pieceTreeBytes,
  type Content,
  type ContentFile,
  type ContentInput,
  type ContentInputFile,
  type PiecePlace,
} from './content.ts';
export { MetainfoError } from './errors.ts';
export {
  answerFromLeaves,
  answerFromPieces,
  leafPieceOf,
  leafRequests,
  provenLeaves,
} from './hash-answers.ts';
export type { HashRange, HashRequest } from './hash-range.ts';
export {
  BLOCK_BYTES,
  HASH_BYTES,
  leafHashes,
  merkleRoot,
  pieceRoot,
  putLeafHashes,
  rootOfLayer,
  treeHeight,
} from './merkle.ts';
export { checkName, checkNameOn, foldName } from './names.ts';
export { PieceLayers } from './piece-layers.ts';
export { torrentFile } from './torrent-file.ts';
export { readTorrentFile, type ReadFile, type ReadTorrent } from './torrent-reader.ts';
export { buildTorrent, parseTorrentInfo, type Torrent } from './torrent.ts';
