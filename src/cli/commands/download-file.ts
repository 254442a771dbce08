import { formatBytes } from '../text/format.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const downloadFile = nodeCommand({
  name: 'download_file',
  topic: 'Downloads',
  params: [GROUP, FILE, { name: 'destination_path', kind: 'path' }],
  summary: 'fetch a file from all who have any of it',
  teaches: [
    'Returns at once; a line COMPLETE or FAILED tells the end, show_downloads how far it is. The destination',
    'is a folder to put it into, or a new name. Nothing is ever overwritten. It goes on after a restart.',
  ],
  example: 'download_file band "Japan Tour.mp3" ~/music',
  async run({ target, args: [group, file, destination] }) {
    const started = await target.downloadFile(group, file, destination);
    const doing = started.queued ? 'queued' : 'downloading';
    return {
      text: `${doing} ${started.file} (${formatBytes(started.size)}) -> ${started.path}`,
      fields: { ...started },
    };
  },
});
