import { type Clock, CommandError, every, sameLabel } from '../../base/index.ts';
import type { DownloadRow, NodeCommands } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { downloadBars } from './downloads-view.ts';
import { oneAtATime } from './one-at-a-time.ts';

const LOOK_MS = 250;

/**
 * Waits for the end of the download that goes to `path`, under a bar where one can be seen; resolves to its
 * last row. DOWNLOAD_FAILED: it failed, or was paused or taken off the list meanwhile. INTERRUPTED by `signal`: the
 * download goes on.
 */
export async function awaitDownload(
  node: Pick<NodeCommands, 'showDownloads'>,
  group: string,
  path: string,
  out: CommandOutput,
  clock: Clock,
  signal: AbortSignal,
): Promise<DownloadRow> {
  let stop = (): void => undefined;
  try {
    return await new Promise<DownloadRow>((resolve, reject) => {
      const show = (rows: readonly DownloadRow[]): void => {
        const row = rows.find((each) => sameLabel(each.group, group) && each.path === path);
        const end = endOf(row);
        if (end instanceof CommandError) reject(end);
        else if (end !== undefined) resolve(end);
        else if (row !== undefined && out.showsProgress) out.progress(downloadBars([row]));
      };
      const look = oneAtATime(() => node.showDownloads().then(show).catch(reject));
      signal.addEventListener('abort', () => reject(goesOn()), { once: true });
      if (signal.aborted) return reject(goesOn());
      stop = every(clock, LOOK_MS, look);
      look();
    });
  } finally {
    stop();
    out.progress([]);
  }
}

/** Its row when complete, why it will not come, or undefined while it is on its way. */
function endOf(row: DownloadRow | undefined): DownloadRow | CommandError | undefined {
  if (row === undefined) return failed('it was taken off the list meanwhile');
  if (row.state === 'C') return row;
  if (row.state === 'F') return failed(`${row.file}: ${row.remark === '' ? 'it failed' : row.remark}`);
  if (row.state === 'P') return failed(`${row.file} was paused; resume_download lets it go on`);
  return undefined;
}

const failed = (text: string): CommandError => new CommandError('DOWNLOAD_FAILED', text);

const goesOn = (): CommandError => new CommandError('INTERRUPTED', 'stopped waiting; the download goes on');
