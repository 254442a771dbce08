import { rename } from 'node:fs/promises';
import { CommandError, diskError } from '../../base/index.ts';
import { examineDestination, putAside } from '../../storage/index.ts';
import type { Desk } from './desk.ts';
import type { DownloadEntry, Replaces } from './library.ts';
import type { ShareDesk } from './share-desk.ts';
import type { SharedContent } from './shared-content.ts';

/**
 * Puts what a download has fetched where its older version lies, which is kept beside it. Resolves to the share of the older one, for
 * which nothing is left to serve. Rejects with FILE_CHANGED if anything else stands there, or what stands there has changed,
 * and with what the disk says: then nothing was moved.
 */
export async function takePlace(
  desk: Desk,
  shares: ShareDesk,
  { gid, name, root }: DownloadEntry,
  { place, contents }: Replaces,
): Promise<SharedContent | undefined> {
  const older = shares
    .inGroup(gid)
    .find(({ entry }) => entry.root === place && contents.includes(entry.content));
  const content = older && (await shares.intact(older));
  if (older === undefined || content === undefined) {
    await moveIn(name, root, place);
    return older;
  }
  await older.stop('a newer version takes its place');
  try {
    const aside = await putAside(place, desk.tools.clock.wallMs());
    await moveIn(name, root, place).catch(async (error: unknown) => {
      await rename(aside, place);
      throw error;
    });
  } catch (error) {
    older.serve(content);
    throw diskError(error, place);
  }
  return older;
}

async function moveIn(name: string, from: string, place: string): Promise<void> {
  const { state } = await examineDestination(place, { isFolder: true, size: 0 });
  if (state !== 'free') {
    const text = `${place} was changed here: the newer version of ${name} waits in ${from}; move yours away, then resume_download it`;
    throw new CommandError('FILE_CHANGED', text);
  }
  await rename(from, place).catch((error: unknown) => {
    throw diskError(error, place);
  });
}
