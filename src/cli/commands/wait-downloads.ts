import { every } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { NodeCommands } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { count } from '../text/format.ts';
import { downloadBars } from './downloads-view.ts';
import { nodeCommand } from './node-command.ts';

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
    const waited = await withDownloadBars(target, out, clock, () => target.waitDownloads(seconds, signal));
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
  let asking = false;
  let ended = false;
  const refresh = (): void => {
    if (asking) return;
    asking = true;
    node
      .showDownloads()
      .then((rows) => !ended && out.progress(downloadBars(rows)))
      .catch(() => undefined) // the waiting itself tells what is wrong
      .finally(() => (asking = false));
  };
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
