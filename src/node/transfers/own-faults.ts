import { CommandError } from '../../base/index.ts';
import type { Download } from './download.ts';

/** What a user named is none of theirs. */
export function noSuch(
  code: 'NOT_SHARING' | 'NO_SUCH_DOWNLOAD' | 'NO_SUCH_FILE',
  file: string,
  group: string,
): CommandError {
  const texts = {
    NOT_SHARING: `you don't share ${file} in ${group}`,
    NO_SUCH_DOWNLOAD: `there is no download of ${file} in ${group}: show_downloads lists them`,
    NO_SUCH_FILE: `you neither share nor download ${file} in ${group}: download_file with --hold fetches its list of files`,
  };
  return new CommandError(code, texts[code]);
}

/** `what`: "to pause" and the like. */
export function notUnderWay(download: Download, what: string): CommandError {
  const state = download.entry.state === 'complete' ? 'complete' : `${download.entry.state} already`;
  return new CommandError('NO_SUCH_DOWNLOAD', `${download.entry.name} is ${state}: there is nothing ${what}`);
}
