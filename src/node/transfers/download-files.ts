import { dirname } from 'node:path';

import { CommandError, equalBytes, Gate } from '../../base/index.ts';
import type { Hasher } from '../../hashing/index.ts';
import {
  buildContent,
  PieceLayers,
  pieceTreeBytes,
  type Content,
  type Torrent,
} from '../../metainfo/index.ts';
import {
  checkFreeSpace,
  DownloadStorage,
  examineDestination,
  ResumeRecord,
  scanFolder,
  type ContentStorage,
  type FileStamp,
} from '../../storage/index.ts';
import { Wish } from '../../swarm/index.ts';
import type { GroupCredentials } from '../seams.ts';
import type { Desk } from './desk.ts';
import { prioritiesOf, stampsOf } from './file-choice.ts';
import type { DownloadEntry } from './library.ts';
import type { SwarmFiles } from './swarm-surroundings.ts';

const HASHES_AT_ONCE = 8;

/** What the content consists of, if that is known without asking anybody. */
export async function knownContent(
  desk: Desk,
  { content: id, name, size, files }: DownloadEntry,
): Promise<Content | undefined> {
  const kept = await desk.library.content(id);
  if (kept || size > 0 || files > 1) return kept;
  const empty = buildContent({ name, isFolder: false, files: [{ path: [name], length: 0 }] });
  if (empty.contentId !== id) return undefined;
  await desk.library.putContent(empty);
  return empty;
}

/** The files of a download, with what is known to be in them. */
export interface DownloadFiles {
  readonly storage: DownloadStorage;
  readonly layers: PieceLayers;
}

/**
 * Opens the files of a download where it stopped: what was written before a crash but not recorded is hashed, not fetched
 * again. Rejects with CommandError (NO_SPACE, PERMISSION_DENIED, DESTINATION_EXISTS, …).
 */
export async function openDownload(
  desk: Desk,
  entry: DownloadEntry,
  content: Content,
): Promise<DownloadFiles> {
  const { library, tools } = desk;
  const record = await ResumeRecord.open(library.resumePath(entry), content);
  const { storage, lostFiles } = await DownloadStorage.open(content, entry.root, tools.files, record).catch(
    async (error: unknown) => {
      await record.close();
      throw error;
    },
  );
  try {
    if (entry.state === 'complete') await storage.doubtChanged(stampsOf(entry, content));
    for (const path of entry.state === 'complete' ? [] : lostFiles) {
      tools.emit({ type: 'warning', text: `${path} is gone: its part of ${entry.name} is fetched again` });
    }
    const layers = (await library.layers(content)) ?? new PieceLayers(content);
    await settleUnsure(tools.hasher, storage, layers);
    const { lackingBytes } = new Wish(content, record.held, prioritiesOf(entry, content));
    await checkFreeSpace(dirname(entry.root), lackingBytes);
    return { storage, layers };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Makes durable all that is wanted, the empty files as well. The stamps are of those. */
export async function finishChosen(
  desk: Desk,
  entry: DownloadEntry,
  { storage, layers }: DownloadFiles,
): Promise<FileStamp[]> {
  const priorities = prioritiesOf(entry, storage.content);
  const stamps = await storage.finish((file) => priorities[file] !== 'skip');
  if (layers.isComplete) await desk.library.putLayers(entry.content, layers);
  return stamps;
}

/** Opens the files of a part that was complete. Rejects with FILE_CHANGED if they are not what they were. */
export async function openPart(desk: Desk, entry: DownloadEntry, content: Content): Promise<DownloadFiles> {
  const files = await openDownload(desk, entry, content);
  const { lacking } = new Wish(content, files.storage.record.held, prioritiesOf(entry, content));
  if (lacking === 0) return files;
  await files.storage.close();
  const { name, root, gid } = entry;
  throw new CommandError(
    'FILE_CHANGED',
    `what was fetched of ${name} is not in ${root} as it was: resume_download ${desk.label(gid)} ${name} fetches it again`,
  );
}

/** With what its swarm shows itself in the group. Throws NOT_A_MEMBER. */
export function credentialsFor(desk: Desk, { gid, name }: DownloadEntry): GroupCredentials {
  const credentials = desk.access.gate.contextFor(gid);
  if (credentials) return credentials;
  const group = desk.label(gid);
  throw new CommandError(
    'NOT_A_MEMBER',
    `you are no longer a member of ${group}: join it again, then resume_download ${group} ${name}`,
  );
}

/** What its swarm starts with. */
export const swarmFiles = (
  torrent: Torrent,
  { storage, layers }: DownloadFiles,
  entry: DownloadEntry,
): SwarmFiles => ({
  torrent,
  files: storage,
  held: storage.record.held.clone(),
  layers,
  priorities: prioritiesOf(entry, torrent.content),
});

async function settleUnsure(hasher: Hasher, storage: DownloadStorage, layers: PieceLayers): Promise<void> {
  const { record } = storage;
  await checkPieces(hasher, storage, layers, [...record.unsure.ones()], (piece, good) => {
    if (good) record.note(piece);
    else record.lost(piece);
  });
}

/** Hashes these pieces as they are on disk; a piece whose hash is not known is not good. */
export async function checkPieces(
  hasher: Hasher,
  storage: ContentStorage,
  layers: PieceLayers,
  pieces: readonly number[],
  onPiece: (piece: number, good: boolean) => void,
): Promise<void> {
  const gate = new Gate(HASHES_AT_ONCE);
  const check = async (piece: number): Promise<void> => {
    const expected = layers.expected(piece);
    const { path, offset, length } = await storage.diskPlaceOf(piece);
    const treeBytes = pieceTreeBytes(storage.content, piece);
    const root = expected && (await hasher.hashPieceRange(path, offset, length, treeBytes));
    onPiece(piece, root !== undefined && expected !== undefined && equalBytes(root, expected));
  };
  await Promise.all(pieces.map((piece) => gate.run(() => check(piece))));
}

/** A file that stood at the destination already and proved to be the content. */
export interface AdoptedFile {
  readonly stamps: readonly FileStamp[];
  readonly layers: PieceLayers;
}

/**
 * Whether what stands at the destination is the content: then there is nothing to fetch. Undefined: nothing stands there any
 * more. Rejects with DESTINATION_EXISTS if it is something else, which stays untouched.
 */
export async function adoptFile(
  desk: Desk,
  entry: DownloadEntry,
  content: Content,
): Promise<AdoptedFile | undefined> {
  const { state } = await examineDestination(entry.root, content);
  if (state === 'free') return undefined;
  if (state === 'taken') throw occupied(entry);
  const scan = await scanFolder(entry.root);
  const { size, pieceLength } = content;
  const signal = new AbortController().signal;
  const hashes = await desk.tools.hasher.hashFile(entry.root, size, pieceLength, () => undefined, signal);
  const layers = new PieceLayers(content);
  if (!layers.setLayer(0, hashes.pieceLayer)) throw occupied(entry);
  return { stamps: scan.files.map((file) => file.stamp), layers };
}

const occupied = ({ root, name }: Pick<DownloadEntry, 'root' | 'name'>): CommandError =>
  new CommandError(
    'DESTINATION_EXISTS',
    `${root} exists and is not ${name}; it was left as it is: move it away and resume_download, or cancel_download and choose another destination`,
  );
