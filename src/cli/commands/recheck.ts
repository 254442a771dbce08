import { count, formatBytes, percent } from '../text/format.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const recheck = nodeCommand({
  name: 'recheck',
  topic: 'Files',
  params: [GROUP, FILE],
  summary: 'read a file again and check it',
  teaches: [
    'Compares a share or a download with its checksums. What is damaged in a download is fetched again.',
  ],
  example: 'recheck band "Japan Tour.mp3"',
  async run({ target, args: [group, file] }) {
    const { goodBytes, totalBytes } = await target.recheck(group, file);
    const bad = totalBytes - goodBytes;
    const verdict = bad === 0 ? 'all is well' : `${count(bad, 'byte')} missing or damaged`;
    return {
      text: `${file}: ${percent(goodBytes, totalBytes)}% of ${formatBytes(totalBytes)} good; ${verdict}`,
      fields: { goodBytes, totalBytes },
    };
  },
});
