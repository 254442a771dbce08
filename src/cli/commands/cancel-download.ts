import { DOWNLOAD, GROUP, nodeCommand } from './node-command.ts';

export const cancelDownload = nodeCommand({
  name: 'cancel_download',
  topic: 'Downloads',
  params: [GROUP, DOWNLOAD],
  summary: 'give a download up, off the list',
  teaches: ['Of an unfinished one, what was fetched is removed; a complete file stays.'],
  example: 'cancel_download band "Japan Tour.mp3"',
  async run({ target, args: [group, file] }) {
    const cancelled = await target.cancelDownload(group, file);
    const text = cancelled.kept ? `${file} is off the list; the file stays where it is` : `cancelled ${file}`;
    return { text, fields: { ...cancelled } };
  },
});
