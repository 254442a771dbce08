import { type Clock, every } from '../../base/index.ts';
import type { NodeCommands } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { count } from '../text/format.ts';
import { downloadBars } from './downloads-view.ts';
import { nodeCommand } from './node-command.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { orStopped } from './or-stopped.ts';

const REFRESH_MS = 250;

export const waitDownloads = nodeCommand({
  name: 'wait_downloads',
  topic: 'Downloads',
  params: [{ name: 'seconds', kind: 'seconds', optional: true }],
  summary: 'wait until all downloads have ended',
  teaches: [
    'At most so many seconds, if given. Shows a bar for each at a terminal. Ctrl-C stops the waiting, not',
    'the downloads. Paused ones are not waited for.',
  ],
  example: 'wait_downloads 60',
  async run({ target, args: [seconds], out, clock, signal }) {
    const waited = await withDownloadBars(target, out, clock, () =>
      orStopped(target.waitDownloads(seconds, signal), signal, 'stopped waiting; the downloads go on'),
    );
    const text =
      waited.complete === 0 ? 'nothing to wait for' : `${count(waited.complete, 'download')} complete`;
    return { text, fields: { ...waited } };
  },
});

/** Runs `wait` under a bar for each download that is under way, where bars can be seen. */
export async function withDownloadBars<T>(
  node: Pick<NodeCommands, 'showDownloads'>,
  out: CommandOutput,
  clock: Clock,
  wait: () => Promise<T>,
): Promise<T> {
  if (!out.showsProgress) return wait();
  let ended = false;
  // When it fails, the waiting itself tells what is wrong.
  const refresh = oneAtATime(async () => {
    const rows = await node.showDownloads();
    if (!ended) out.progress(downloadBars(rows));
  });
  refresh();
  const stop = every(clock, REFRESH_MS, refresh);
  try {
    return await wait();
  } finally {
    ended = true;
    stop();
    out.progress([]);
  }
}
