import type { Clock } from '../../base/index.ts';
import type { HashProgress } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { count, formatBytes, formatDuration, formatRate } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { GROUP, nodeCommand } from './node-command.ts';
import { orStopped } from './or-stopped.ts';

export const uploadFile = nodeCommand({
  name: 'upload_file',
  topic: 'Files',
  params: [{ name: 'file_path', kind: 'path' }, GROUP],
  summary: 'share a file or folder with a group',
  teaches: [
    'The file is read once, to compute its checksums; it stays where it is, and members fetch it from you',
    'while you are online, and from each other. Ctrl-C stops the reading and shares nothing.',
  ],
  example: 'upload_file "~/music/Japan Tour.mp3" band',
  async run({ target, args: [path, group], out, clock, signal }) {
    const sharing = target.uploadFile(path, group, hashingBar(path, out, clock), signal);
    const done = await orStopped(sharing, signal, 'nothing was shared');
    out.progress([]);
    for (const leftOut of done.leftOut) out.notice(`left out: ${leftOut}`);
    const files = done.files === 1 ? '' : `, ${count(done.files, 'file')}`;
    return {
      text: `sharing ${quoteWord(done.file)} in ${group} (${formatBytes(done.size)}${files})`,
      fields: { ...done },
    };
  },
});

function hashingBar(path: string, out: CommandOutput, clock: Clock): (progress: HashProgress) => void {
  const startedMs = clock.nowMs();
  return ({ doneBytes, totalBytes }) => {
    const bytesPerSecond = (doneBytes * 1000) / Math.max(1, clock.nowMs() - startedMs);
    const left = bytesPerSecond > 0 ? formatDuration((totalBytes - doneBytes) / bytesPerSecond) : '?';
    const note = `${formatRate(bytesPerSecond)}  ${left} left`;
    out.progress([{ label: `reading ${path}`, done: doneBytes, total: totalBytes, note }]);
  };
}
