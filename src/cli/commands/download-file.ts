import { CommandError } from '../../base/index.ts';
import { formatBytes } from '../text/format.ts';
import { awaitDownload } from './await-download.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const downloadFile = nodeCommand({
  name: 'download_file',
  topic: 'Downloads',
  params: [GROUP, FILE, { name: 'destination_path', kind: 'path' }],
  options: {
    only: {
      kind: 'text',
      value: 'path',
      many: true,
      summary: 'of a folder, this file; all others are skipped',
    },
    hold: { kind: 'flag', summary: 'fetch the list of files, then pause, so that you can choose' },
    wait: { kind: 'flag', summary: 'wait until it is complete' },
  },
  summary: 'fetch a file from all who have any of it',
  teaches: [
    'Returns at once; a line COMPLETE or FAILED tells the end, show_downloads how far it is. The destination',
    'is a folder to put it into, or a new name. Nothing is ever overwritten. It goes on after a restart.',
    'To choose files of a folder: --hold, then list_contents, set_priority and resume_download.',
  ],
  example: 'download_file band "Japan Tour.mp3" ~/music',
  async run({ target, args: [group, file, destination], options, out, clock, signal }) {
    const { only, hold, wait } = options;
    if (hold && wait)
      throw new CommandError(
        'INVALID_ARGUMENTS',
        '--hold pauses it, so there is no end to --wait for: leave one out',
      );
    const terms = { ...(only.length > 0 ? { only } : {}), ...(hold ? { hold } : {}) };
    const chosen = only.length > 0 || hold;
    const started = await target.downloadFile(group, file, destination, ...(chosen ? [terms] : []));
    if (wait) {
      const row = await awaitDownload(target, group, started.path, out, clock, signal);
      return {
        text: `complete: ${started.file} (${formatBytes(row.totalBytes)}) -> ${row.path}`,
        fields: { ...started },
      };
    }
    const doing = started.queued ? 'queued' : 'downloading';
    return {
      text: `${doing} ${started.file} (${formatBytes(started.size)}) -> ${started.path}`,
      fields: { ...started },
    };
  },
});
