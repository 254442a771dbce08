import { GROUP, SHARE, nodeCommand } from './node-command.ts';

export const stopShare = nodeCommand({
  name: 'stop_share',
  topic: 'Files',
  params: [GROUP, SHARE],
  summary: 'stop sharing a file; you keep it',
  teaches: ['Others who have it may go on sharing it.'],
  example: 'stop_share band "Japan Tour.mp3"',
  async run({ target, args: [group, file] }) {
    await target.stopShare(group, file);
    return { text: `no longer sharing ${file} in ${group}` };
  },
});
