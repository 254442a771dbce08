import { CommandError } from '../../base/index.ts';
import { Bitfield, type Content } from '../../metainfo/index.ts';
import type { PieceStates } from '../../swarm/index.ts';
import type { ContentFileRow, PieceMap } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { DownloadDesk } from './download-desk.ts';
import { pathOf, prioritiesOf } from './file-choice.ts';
import { heldOf } from './held-pieces.ts';
import type { EntryKey } from './library.ts';
import type { ShareDesk } from './share-desk.ts';

/** More pieces than that are merged, for people to look at. */
const BUCKETS_MAX = 4_096;
const ACTIVE_SHOWN_MAX = 256;

/** What of a user's own there is. */
export interface Owned {
  readonly shares: ShareDesk;
  readonly downloads: DownloadDesk;
}

/** What a content consists of. NOT_READY while that is not known. */
export async function describedContent(
  desk: Desk,
  { content: id }: EntryKey,
  name: string,
): Promise<Content> {
  const content = await desk.library.content(id);
  if (content) return content;
  throw new CommandError(
    'NOT_READY',
    `what is in ${name} is not known yet: try again when somebody is online`,
  );
}

/** The files inside a download or share, in the content's order. */
export async function contentFiles(
  desk: Desk,
  owned: Owned,
  key: EntryKey,
  name: string,
): Promise<ContentFileRow[]> {
  const content = await describedContent(desk, key, name);
  const download = owned.shares.get(key) ? undefined : owned.downloads.get(key);
  const held = download && (await heldOf(desk, download, content));
  const priorities = download && prioritiesOf(download.entry, content);
  return content.files.map((file, at) => ({
    path: pathOf(file),
    size: file.length,
    doneBytes: held ? heldBytes(content, at, held) : file.length,
    priority: priorities?.[at] ?? 'normal',
  }));
}

function heldBytes({ files, pieceLength }: Content, at: number, held: Bitfield): number {
  const { firstPiece = 0, pieceCount = 0, length = 0 } = files[at] ?? {};
  let bytes = 0;
  for (let n = 0; n < pieceCount; n += 1) {
    if (held.get(firstPiece + n)) bytes += Math.min(pieceLength, length - n * pieceLength);
  }
  return bytes;
}

/** Which pieces of a download or share are here, under way, and how many have them. */
export async function contentPieces(
  desk: Desk,
  owned: Owned,
  key: EntryKey,
  name: string,
): Promise<PieceMap> {
  const content = await describedContent(desk, key, name);
  const share = owned.shares.get(key);
  const download = share ? undefined : owned.downloads.get(key);
  const states = (share ?? download)?.run?.swarm.pieces();
  const held = download ? await heldOf(desk, download, content) : Bitfield.full(content.pieceCount);
  return pieceMapOf(content, held, states);
}

/** `states`: undefined while no swarm is at work. */
export function pieceMapOf(
  { pieceCount: pieces, pieceLength }: Pick<Content, 'pieceCount' | 'pieceLength'>,
  held: Bitfield,
  states: Pick<PieceStates, 'active' | 'availability'> | undefined,
): PieceMap {
  const merged = pieces > BUCKETS_MAX;
  const bucketOf = (piece: number): number => (merged ? Math.floor((piece * BUCKETS_MAX) / pieces) : piece);
  const availability = states?.availability ?? new Uint8Array(pieces);
  return {
    pieces,
    pieceLength,
    merged,
    held: base64(merged ? partsHeld(held, bucketOf) : held.toBytes()),
    active: [...new Set(states?.active.map(bucketOf))].slice(0, ACTIVE_SHOWN_MAX),
    availability: base64(merged ? leastOf(availability, bucketOf) : availability),
  };
}

/** 255 only where all is held, 0 only where nothing is. */
function partsHeld(held: Bitfield, bucketOf: (piece: number) => number): Uint8Array {
  const counts = new Uint32Array(BUCKETS_MAX);
  const sizes = new Uint32Array(BUCKETS_MAX);
  for (let piece = 0; piece < held.size; piece += 1) {
    sizes[bucketOf(piece)]! += 1;
    if (held.get(piece)) counts[bucketOf(piece)]! += 1;
  }
  return Uint8Array.from(counts, (count, bucket) => {
    const size = sizes[bucket]!;
    return count === size ? 255 : count === 0 ? 0 : Math.max(1, Math.floor((255 * count) / size));
  });
}

function leastOf(availability: Uint8Array, bucketOf: (piece: number) => number): Uint8Array {
  const least = new Uint8Array(BUCKETS_MAX).fill(255);
  for (const [piece, count] of availability.entries()) {
    const bucket = bucketOf(piece);
    least[bucket] = Math.min(least[bucket]!, count);
  }
  return least;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
