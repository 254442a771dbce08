import { dirname } from 'node:path';

import { CommandError } from '../../base/index.ts';
import { checkFreeSpace } from '../../storage/index.ts';
import { Wish } from '../../swarm/index.ts';
import type { FilePriority } from '../commands.ts';
import { describedContent } from './content-view.ts';
import type { Desk } from './desk.ts';
import type { DownloadDesk } from './download-desk.ts';
import type { Download } from './download.ts';
import { filesAt, prioritiesOf } from './file-choice.ts';
import { heldOf } from './held-pieces.ts';

/**
 * Files of a download come sooner, later or not at all; without paths, the download as a whole among the others. Throws
 * INVALID_ARGUMENTS where nothing would be left to fetch, NOT_READY, NO_SUCH_FILE, NO_SPACE.
 */
export async function prioritize(
  desk: Desk,
  downloads: DownloadDesk,
  download: Download,
  paths: readonly string[] | undefined,
  priority: FilePriority,
): Promise<void> {
  const { name } = download.entry;
  if (paths !== undefined) return chooseFiles(desk, downloads, download, paths, priority);
  if (priority === 'skip') {
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `a whole download is not skipped: pause_download or cancel_download ${name}`,
    );
  }
  downloads.rank(download, priority);
}

async function chooseFiles(
  desk: Desk,
  downloads: DownloadDesk,
  download: Download,
  paths: readonly string[],
  priority: FilePriority,
): Promise<void> {
  const content = await describedContent(desk, download.entry, download.entry.name);
  const chosen = filesAt(content, paths);
  const held = await heldOf(desk, download, content);
  const before = prioritiesOf(download.entry, content);
  const after = before.map((each, file) => (chosen.has(file) ? priority : each));
  if (after.every((each) => each === 'skip')) {
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `nothing of ${content.name} would be left: cancel_download it`,
    );
  }
  const lacked = new Wish(content, held, before).lackingBytes;
  const { lackingBytes } = new Wish(content, held, after);
  if (lackingBytes > lacked) await checkFreeSpace(dirname(download.entry.root), lackingBytes);
  if (downloads.get(download.entry) !== download) return;
  downloads.choose(download, content, held, after);
}
