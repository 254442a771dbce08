import type { PeerRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count, formatBytes, formatRate, percent } from '../text/format.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const showPeers = nodeCommand({
  name: 'show_peers',
  topic: 'Files',
  params: [GROUP, FILE],
  summary: 'who gives and gets how much of a file',
  teaches: [
    'in: they called us; out: we called them; -: gone, kept for its totals. FROM and TO are bytes that came',
    'from them and went to them. FAULT: they broke the rules and were dropped (BAD_BLOCK: they gave wrong bytes).',
  ],
  example: 'show_peers band "Japan Tour.mp3"',
  async run({ target, args: [group, file], out }) {
    const peers = await target.showPeers(group, file);
    out.rows(peersView, peers);
    return { text: count(peers.length, 'peer'), fields: { count: peers.length } };
  },
});

const peersView = tableView<PeerRow>([
  { heading: 'USER', plain: (row) => row.user },
  { heading: 'ADDRESS', plain: (row) => row.address },
  { heading: 'DIR', plain: (row) => row.direction },
  {
    heading: 'HAS',
    plain: (row) => String(percent(row.progress, 1)),
    human: (row) => `${percent(row.progress, 1)}%`,
    align: 'right',
  },
  {
    heading: 'FROM',
    plain: (row) => String(row.bytesFrom),
    human: (row) => formatBytes(row.bytesFrom),
    align: 'right',
  },
  {
    heading: 'TO',
    plain: (row) => String(row.bytesTo),
    human: (row) => formatBytes(row.bytesTo),
    align: 'right',
  },
  {
    heading: 'FROM/S',
    plain: (row) => String(Math.round(row.bytesPerSecondFrom)),
    human: (row) => formatRate(row.bytesPerSecondFrom),
    align: 'right',
  },
  {
    heading: 'TO/S',
    plain: (row) => String(Math.round(row.bytesPerSecondTo)),
    human: (row) => formatRate(row.bytesPerSecondTo),
    align: 'right',
  },
  { heading: 'FAULT', plain: (row) => row.fault ?? '-' },
]);
