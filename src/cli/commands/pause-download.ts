import { DOWNLOAD, GROUP, nodeCommand } from './node-command.ts';

export const pauseDownload = nodeCommand({
  name: 'pause_download',
  topic: 'Downloads',
  params: [GROUP, DOWNLOAD],
  summary: 'hold a download until resume_download',
  teaches: ['What is there stays. A paused download stays paused after a restart.'],
  example: 'pause_download band "Japan Tour.mp3"',
  async run({ target, args: [group, file] }) {
    await target.pauseDownload(group, file);
    return { text: `paused ${file}` };
  },
});
