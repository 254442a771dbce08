import { CommandError, type Clock } from '../../base/index.ts';
import type { Waited } from '../commands.ts';
import type { DownloadDesk } from './download-desk.ts';

/**
 * Resolves when nothing is active or queued any more. Rejects with DOWNLOAD_FAILED (one of those waited for failed),
 * TIMED_OUT, INTERRUPTED.
 */
export function waitForDownloads(
  downloads: DownloadDesk,
  clock: Clock,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<Waited> {
  const waitedFor = new Set(downloads.all.filter((download) => download.isWanted));
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const all = downloads.all;
      for (const download of all) if (download.isWanted) waitedFor.add(download);
      if (all.some((download) => download.isWanted)) return;
      end();
      const failed = [...waitedFor].filter((download) => download.entry.state === 'failed');
      if (failed.length > 0) reject(failure(failed.map(({ entry }) => entry.name)));
      else resolve({ complete: [...waitedFor].filter(({ entry }) => entry.state === 'complete').length });
    };
    const giveUp = (error: CommandError): void => {
      end();
      reject(error);
    };
    const onAbort = (): void => giveUp(new CommandError('INTERRUPTED', 'the downloads go on'));
    const stopListening = downloads.onChange(check);
    const cancelTimeout =
      seconds === undefined
        ? undefined
        : clock.after(seconds * 1000, () => giveUp(timedOut(seconds, waitedFor.size)));
    const end = (): void => {
      stopListening();
      cancelTimeout?.();
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else check();
  });
}

const failure = (names: readonly string[]): CommandError =>
  new CommandError(
    'DOWNLOAD_FAILED',
    `${names.join(', ')} failed: show_downloads says why, resume_download tries again`,
  );

const timedOut = (seconds: number, count: number): CommandError =>
  new CommandError('TIMED_OUT', `after ${seconds} s not all of ${count} downloads were done; they go on`);
