import { CommandError } from '../../base/index.ts';
import { DownloadStorage, ResumeRecord } from '../../storage/index.ts';
import type { Desk } from './desk.ts';
import type { DownloadEntry } from './library.ts';

/**
 * Deletes what an unfinished download has created on disk, and its record; of one that is complete as far as it was wanted, only
 * what is not whole. Where the folder that it went to is gone, there is
 * nothing more to delete; that the disk is full is no hindrance.
 */
export async function discardDownload(desk: Desk, entry: DownloadEntry): Promise<void> {
  // What stands there was there before.
  const content = entry.adopt ? undefined : await desk.library.content(entry.content);
  if (content === undefined) return;
  const record = await ResumeRecord.open(desk.library.resumePath(entry), content);
  const opening = DownloadStorage.open(content, entry.root, desk.tools.files, record);
  const opened = await opening.catch(async (error: unknown) => {
    if (error instanceof CommandError && error.code === 'FILE_NOT_FOUND') return undefined;
    await record.close();
    throw error;
  });
  if (!opened) await record.remove();
  else await (entry.state === 'complete' ? opened.storage.leave() : opened.storage.discard());
}
