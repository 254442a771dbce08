import { CommandError } from '../../base/index.ts';
import { Bitfield, pieceAt, PieceLayers, type Content } from '../../metainfo/index.ts';
import { ResumeRecord, ShareStorage } from '../../storage/index.ts';
import type { Rechecked } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { DownloadDesk } from './download-desk.ts';
import { checkPieces, openDownload } from './download-files.ts';
import type { Download } from './download.ts';
import { prioritiesOf } from './file-choice.ts';
import type { EntryKey } from './library.ts';
import type { ShareDesk } from './share-desk.ts';
import type { SharedContent } from './shared-content.ts';

interface Owned {
  readonly shares: ShareDesk;
  readonly downloads: DownloadDesk;
}

/** Hashes all of a share. If anything is not as it was shared, the share is withdrawn. */
export async function recheckShare(desk: Desk, shares: ShareDesk, share: SharedContent): Promise<Rechecked> {
  const content = await contentOf(desk, share.entry);
  const bad = await badPieces(desk, share, content);
  if (bad.length > 0)
    shares.onUnreadable(share.entry, new CommandError('FILE_CHANGED', damage(bad, content)));
  return result(content, bad);
}

/** Hashes all that a download has on disk. What is not good any more is fetched again, if the download is not paused. */
export async function recheckDownload(desk: Desk, owned: Owned, download: Download): Promise<Rechecked> {
  if (download.entry.state === 'complete' && !download.isServing)
    return recheckComplete(desk, owned, download);
  const wasServing = download.isServing;
  const checked = await download.atRest('it is rechecked', () => checkAll(desk, download));
  if (wasServing && download.progress.isLacking) owned.downloads.resume(download);
  else owned.downloads.schedule();
  return checked;
}

async function checkAll(desk: Desk, download: Download): Promise<Rechecked> {
  const content = await contentOf(desk, download.entry);
  const { storage, layers } = await openDownload(desk, download.entry, content);
  const bad: number[] = [];
  try {
    await checkPieces(desk.tools.hasher, storage, layers, [...allPieces(content)], (piece, good) => {
      if (good) storage.record.note(piece);
      else {
        storage.record.lost(piece);
        bad.push(piece);
      }
    });
  } finally {
    await storage.close();
  }
  const checked = result(content, bad);
  noteChecked(download, content, storage.record.held, checked.goodBytes);
  return checked;
}

async function recheckComplete(desk: Desk, owned: Owned, download: Download): Promise<Rechecked> {
  const content = await contentOf(desk, download.entry);
  const share = owned.shares.get(download.entry);
  const bad = await badPieces(desk, download, content);
  const checked = result(content, bad);
  if (bad.length === 0) return checked;
  if (share) await owned.shares.remove(share, 'its files changed').catch(ignoreCommandError);
  const record = await ResumeRecord.open(desk.library.resumePath(download.entry), content);
  for (const piece of bad) record.lost(piece);
  await record.close();
  const held = Bitfield.full(content.pieceCount);
  for (const piece of bad) held.clear(piece);
  noteChecked(download, content, held, checked.goodBytes);
  owned.downloads.resume(download);
  return checked;
}

function noteChecked(download: Download, content: Content, held: Bitfield, goodBytes: number): void {
  const { progress, entry } = download;
  progress.heldBytes = goodBytes;
  progress.count(content, held, prioritiesOf(entry, content));
  download.update(progress.kept);
}

async function badPieces(
  desk: Desk,
  { entry }: Download | SharedContent,
  content: Content,
): Promise<number[]> {
  const layers = (await desk.library.layers(content)) ?? new PieceLayers(content);
  const files = await ShareStorage.open(content, entry.root, desk.tools.files, []);
  const bad: number[] = [];
  try {
    await checkPieces(desk.tools.hasher, files, layers, [...allPieces(content)], (piece, good) => {
      if (!good) bad.push(piece);
    });
  } finally {
    await files.close();
  }
  return bad;
}

async function contentOf(desk: Desk, entry: EntryKey & { readonly name: string }): Promise<Content> {
  const content = await desk.library.content(entry.content);
  if (content) return content;
  throw new CommandError('NO_SUCH_FILE', `nothing of ${entry.name} is here yet`);
}

function result(content: Content, bad: readonly number[]): Rechecked {
  const badBytes = bad.reduce((sum, piece) => sum + pieceAt(content, piece).length, 0);
  return { goodBytes: content.size - badBytes, totalBytes: content.size };
}

const damage = (bad: readonly number[], content: Content): string =>
  `${bad.length} of ${content.pieceCount} pieces are not as they were shared`;

function* allPieces(content: Content): Generator<number> {
  for (let piece = 0; piece < content.pieceCount; piece += 1) yield piece;
}

function ignoreCommandError(error: unknown): void {
  if (!(error instanceof CommandError)) throw error;
}
