import { count } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const exportTorrent = nodeCommand({
  name: 'export_torrent',
  topic: 'Files',
  params: [GROUP, FILE, { name: 'folder', kind: 'path' }],
  summary: 'files for another BitTorrent program',
  teaches: [
    'Writes a .torrent, your certificate and key of this group, and a how-to, for libtorrent or qBittorrent 5.',
    'The folder is made if it is not there; nothing is overwritten; several files of one group may go into one',
    'folder. Whoever has the key is you in this group: give it to nobody. One group for each such program.',
  ],
  example: 'export_torrent band "Japan Tour.mp3" ~/for-qbittorrent',
  async run({ target, args: [group, file, folder], out }) {
    const done = await target.exportTorrent(group, file, folder);
    const { key, written, torrent, endsAtMs } = done;
    const until = new Date(endsAtMs).toISOString().slice(0, 10);
    out.warning(`${key} is your key of ${group}: whoever has it is you there; keep it to yourself`);
    out.notice('give one program the files of one group only, and export again before the certificate ends');
    const wrote = written.length === 0 ? 'all of it was there' : `wrote ${count(written.length, 'file')}`;
    return {
      text: `${wrote}: ${quoteWord(torrent)} and what it needs, good until ${until} -> ${done.folder}`,
      fields: { ...done },
    };
  },
});
