import { DOWNLOAD, GROUP, nodeCommand } from './node-command.ts';

export const resumeDownload = nodeCommand({
  name: 'resume_download',
  topic: 'Downloads',
  params: [GROUP, DOWNLOAD],
  summary: 'go on with a paused or failed download',
  teaches: ['After a full disk: free some space, then this. Nothing that is verified is fetched again.'],
  example: 'resume_download band "Japan Tour.mp3"',
  async run({ target, args: [group, file] }) {
    await target.resumeDownload(group, file);
    return { text: `going on with ${file}` };
  },
});
