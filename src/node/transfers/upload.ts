import { CommandError, type GroupId } from '../../base/index.ts';
import {
  buildContent,
  buildTorrent,
  MetainfoError,
  PieceLayers,
  pieceLengthFor,
  type Content,
} from '../../metainfo/index.ts';
import { sameStamps, scanFolder, type FileStamp, type LeftOut, type Scan } from '../../storage/index.ts';
import type { HashProgress, Uploaded } from '../commands.ts';
import type { GroupRef } from '../seams.ts';
import type { Desk } from './desk.ts';
import { shortId } from './file-names.ts';
import { torrentIn } from './group-context.ts';
import type { ShareEntry } from './library.ts';
import type { ShareDesk } from './share-desk.ts';
import type { SharedContent } from './shared-content.ts';

/** Names of what was left out that are shown one by one. */
const NAMES_SHOWN_MAX = 10;

/** How an upload is watched and stopped. */
export interface UploadWatch {
  readonly onProgress: (progress: HashProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Shares a file or folder: looked at, hashed unless that was done before and nothing changed since, described, kept, served,
 * announced. Rejects with ALREADY_SHARED, INTERRUPTED, FILE_CHANGED, and what `scanFolder` and trackers refuse.
 */
export async function upload(
  desk: Desk,
  shares: ShareDesk,
  group: GroupRef,
  path: string,
  watch: UploadWatch,
): Promise<Uploaded> {
  const scan = await scanFolder(path);
  const { content, isNew } = await contentOf(desk, scan, watch);
  const credentials = desk.access.gate.contextFor(group.gid);
  if (credentials === undefined) {
    throw new CommandError('NOT_A_MEMBER', `you are no longer a member of ${group.label}`);
  }
  const { infoHash } = torrentIn(content, credentials);
  refuseSecond(shares, group, content, scan);
  const older = shares.inGroup(group.gid).filter((share) => share.entry.name === content.name);
  const entry = shareEntry(group.gid, content, scan.root, stampsOf(scan));
  if (watch.signal.aborted) throw new CommandError('INTERRUPTED', 'nothing was shared');
  const share = await shares.add(entry, content);
  try {
    await shares.publish(share);
  } catch (error) {
    await shares.remove(share, 'not announced').catch(() => undefined);
    throw error;
  }
  for (const each of older) await replaced(shares, each, content);
  desk.tools.log.info('share.added', { content: content.contentId, bytes: content.size, hashed: isNew });
  return {
    file: content.name,
    content: shortId(content.contentId, []),
    size: content.size,
    files: content.files.length,
    leftOut: leftOutLines(scan.leftOut),
    infoHash,
  };
}

/** What is remembered of a content of one's own. */
export function shareEntry(
  gid: GroupId,
  content: Content,
  root: string,
  stamps: readonly FileStamp[],
): ShareEntry {
  const { contentId, name, size, files } = content;
  return { gid, content: contentId, name, size, files: files.length, root, stamps, published: false };
}

const stampsOf = (scan: Scan): FileStamp[] => scan.files.map((file) => file.stamp);

/** Whoever shares a changed file again under its old name no longer offers the old one. */
async function replaced(shares: ShareDesk, older: SharedContent, content: Content): Promise<void> {
  if (older.entry.content !== content.contentId) await shares.remove(older, 'replaced by a newer one');
}

function refuseSecond(shares: ShareDesk, group: GroupRef, content: Content, scan: Scan): void {
  const share = shares.get({ gid: group.gid, content: content.contentId });
  if (
    share?.announced === undefined ||
    share.entry.root !== scan.root ||
    !share.entry.published ||
    !sameStamps(share.entry.stamps, stampsOf(scan))
  )
    return;
  throw new CommandError(
    'ALREADY_SHARED',
    `you share ${content.name} in ${group.label} already, just as it is`,
  );
}

async function contentOf(
  desk: Desk,
  scan: Scan,
  watch: UploadWatch,
): Promise<{ content: Content; isNew: boolean }> {
  const known = await knownContent(desk, scan);
  if (known) {
    watch.onProgress({ doneBytes: scan.size, totalBytes: scan.size });
    return { content: known, isNew: false };
  }
  return { content: await hashContent(desk, scan, watch), isNew: true };
}

/** The content if these very files, unchanged, were hashed before: shared now, in whatever group, or once. */
async function knownContent(desk: Desk, scan: Scan): Promise<Content | undefined> {
  const known = await desk.library.known(scan.root);
  if (known === undefined || !sameStamps(known.stamps, stampsOf(scan))) return undefined;
  const content = await desk.library.content(known.content);
  if (content?.isFolder !== scan.isFolder || !samePaths(content, scan)) return undefined;
  // Without the hashes of its pieces nobody could be served.
  return (await desk.library.layers(content)) && content;
}

const samePaths = (content: Content, scan: Scan): boolean =>
  content.name === scan.name &&
  content.files.every((file, at) => file.path.join('/') === scan.files[at]?.path.join('/'));

async function hashContent(desk: Desk, scan: Scan, { onProgress, signal }: UploadWatch): Promise<Content> {
  let doneBytes = 0;
  const files = scan.files.map(({ diskPath, length }) => ({ path: diskPath, length }));
  const onBytes = (bytes: number): void => {
    doneBytes += bytes;
    onProgress({ doneBytes, totalBytes: scan.size });
  };
  const hashes = await desk.tools.hasher.hashFiles(files, pieceLengthFor(scan.size), onBytes, signal);
  const again = await scanFolder(scan.root);
  if (!sameStamps(stampsOf(again), stampsOf(scan))) {
    throw new CommandError(
      'FILE_CHANGED',
      `${scan.root} changed while it was read: share it again when it is complete`,
    );
  }
  const content = describe(
    scan,
    hashes.map((file) => file.piecesRoot),
  );
  const layers = new PieceLayers(content);
  for (const [at, { pieceLayer }] of hashes.entries()) layers.setLayer(at, pieceLayer);
  await desk.library.putContent(content);
  await desk.library.putLayers(content.contentId, layers);
  return content;
}

function describe(scan: Scan, roots: readonly (Uint8Array | undefined)[]): Content {
  const files = scan.files.map(({ path, length }, at) => ({ path, length, piecesRoot: roots[at] }));
  try {
    return buildTorrent(buildContent({ name: scan.name, isFolder: scan.isFolder, files })).content;
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error;
    throw new CommandError('INVALID_NAME', `${scan.name} can't be shared: ${error.message}`, {
      cause: error,
    });
  }
}

function leftOutLines({ junk, emptyFolders, special }: LeftOut): string[] {
  const kinds: [string, readonly string[]][] = [
    ['written by a file manager', junk],
    ['empty folder', emptyFolders],
    ['no plain file', special],
  ];
  return kinds.flatMap(([why, names]) => {
    const lines = names.slice(0, NAMES_SHOWN_MAX).map((name) => `${name} (${why})`);
    const more = names.length - lines.length;
    return more > 0 ? [...lines, `${more} more (${why})`] : lines;
  });
}
