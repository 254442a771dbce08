import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';

import { CommandError, diskError } from '../../base/index.ts';
import { Bitfield } from '../../metainfo/index.ts';
import { checkFreeSpace, examineDestination, resolveDestination } from '../../storage/index.ts';
import type { GroupFiles, GroupRef } from '../seams.ts';
import { Wish } from '../../swarm/index.ts';
import type { DownloadTerms } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { DownloadDesk, DownloadOrder } from './download-desk.ts';
import { choiceOf, onlyThese } from './file-choice.ts';
import { offeredFiles, pickFile, type OfferedFile } from './file-names.ts';
import type { EntryKey } from './library.ts';
import type { ShareDesk } from './share-desk.ts';

interface Owned {
  readonly shares: ShareDesk;
  readonly downloads: DownloadDesk;
}

/**
 * What a person asks for by `download_file`, checked before anything is remembered. Throws NO_SUCH_FILE, AMBIGUOUS_NAME,
 * ALREADY_DOWNLOADING, ALREADY_SHARED, then what is wrong with the destination: FILE_NOT_FOUND, DESTINATION_EXISTS,
 * INVALID_NAME, PERMISSION_DENIED, NO_SPACE.
 */
export async function orderDownload(
  owned: Owned,
  group: GroupRef,
  listing: GroupFiles,
  file: string,
  destination: string,
  { only, hold }: DownloadTerms,
): Promise<DownloadOrder> {
  const offered = pickFile(offeredFiles(listing.shares), file);
  if (offered === undefined) {
    throw new CommandError(
      'NO_SUCH_FILE',
      `nobody shares ${file} in ${group.label}: list_files shows what there is`,
    );
  }
  const key = { gid: group.gid, content: offered.content };
  await refuseSecond(owned, key, group, offered);
  const root = await resolveDestination(destination, offered.name);
  // How much room is needed shows when it is known what is in it.
  const isPart = only !== undefined || hold === true;
  const adopt = await checkDestination(owned.downloads, root, offered, isPart);
  const { name, size, files } = offered;
  const terms = { ...(only && { only }), ...(hold === true && { hold }) };
  return { ...key, name, size, files, root, adopt, state: 'wanted', priority: 'normal', ...terms };
}

/**
 * Carries out what it was ordered with, if it is known already what is in it; else that waits for the description. Throws
 * NO_SUCH_FILE, NO_SPACE.
 */
export async function settleTerms(desk: Desk, order: DownloadOrder): Promise<DownloadOrder> {
  const { only, hold, ...rest } = order;
  const content = only || hold === true ? await desk.library.content(order.content) : undefined;
  if (!content) return order;
  const priorities = only ? onlyThese(content, only) : [];
  const { wantedBytes, lackingBytes } = new Wish(content, new Bitfield(content.pieceCount), priorities);
  if (hold === true)
    return { ...rest, state: 'paused', choice: choiceOf(priorities), wantedBytes, lackingBytes };
  await checkFreeSpace(dirname(order.root), lackingBytes);
  return { ...rest, choice: choiceOf(priorities), wantedBytes, lackingBytes };
}

async function refuseSecond(
  owned: Owned,
  key: EntryKey,
  group: GroupRef,
  { name }: OfferedFile,
): Promise<void> {
  const download = owned.downloads.get(key);
  if (download && download.entry.state !== 'complete') {
    const hint = download.isWanted
      ? 'show_downloads shows it'
      : 'resume_download goes on, cancel_download ends it';
    throw new CommandError(
      'ALREADY_DOWNLOADING',
      `${name} of ${group.label} is on the list already: ${hint}`,
    );
  }
  if (download?.isServing === true) {
    throw new CommandError(
      'ALREADY_DOWNLOADING',
      `a part of ${name} is in ${download.entry.root} already: choose more of its files instead`,
    );
  }
  const share = owned.shares.get(key);
  if (share && (await owned.shares.intact(share))) {
    throw new CommandError(
      'ALREADY_SHARED',
      `you have ${name} already, and share it: it is ${share.entry.root}; stop_share first to fetch it elsewhere`,
    );
  }
  if (download) await owned.downloads.remove(download);
}

/** Whether something stands there that may be the content already, to be checked when its hashes are known. */
async function checkDestination(
  downloads: DownloadDesk,
  root: string,
  offered: OfferedFile,
  isPart: boolean,
): Promise<boolean> {
  const { name, size, files } = offered;
  if (downloads.all.some(({ entry }) => entry.root === root && entry.state !== 'complete')) {
    throw new CommandError(
      'DESTINATION_EXISTS',
      `another download goes to ${root}: choose another destination`,
    );
  }
  const { state, at } = await examineDestination(root, { isFolder: files > 1, size });
  if (state === 'same-size') return true;
  if (state === 'taken') {
    throw new CommandError(
      'DESTINATION_EXISTS',
      `${at} exists and is not ${name}: choose another destination`,
    );
  }
  const folder = dirname(root);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  if (!isPart) await checkFreeSpace(folder, size);
  return false;
}
