import { count } from '../text/format.ts';
import { downloadsView } from './downloads-view.ts';
import { nodeCommand } from './node-command.ts';

export const showDownloads = nodeCommand({
  name: 'show_downloads',
  topic: 'Downloads',
  params: [],
  summary: 'your downloads and how far they are',
  teaches: [
    '[D] downloading, [Q] queued, [P] paused, [C] complete, [F] failed. Complete ones stay listed until',
    'cancel_download takes them off the list.',
  ],
  example: 'show_downloads',
  async run({ target, out }) {
    const downloads = await target.showDownloads();
    out.rows(downloadsView, downloads);
    return { text: count(downloads.length, 'download'), fields: { count: downloads.length } };
  },
});
