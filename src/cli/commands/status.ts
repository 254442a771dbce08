import type { NodeStatus } from '../../node/index.ts';
import type { View } from '../output/output.ts';
import { alignedLines } from '../output/table.ts';
import { formatRate } from '../text/format.ts';
import { nodeCommand } from './node-command.ts';

export const status = nodeCommand({
  name: 'status',
  topic: 'Your account',
  params: [],
  summary: 'this client: its trackers, address, folder, speeds',
  teaches: ['Works without a login. A tracker that is down is tried again every second by itself.'],
  example: 'status',
  async run({ target, out }) {
    const now = await target.status();
    out.rows(statusView, statusLines(now));
    return { text: now.user === null ? 'nobody is logged in' : `logged in as ${now.user}` };
  },
});

interface StatusLine {
  readonly name: string;
  readonly value: string | number | null;
  /** State of a tracker. */
  readonly state?: string;
}

function statusLines(now: NodeStatus): StatusLine[] {
  return [
    { name: 'user', value: now.user },
    { name: 'listening', value: now.listening },
    { name: 'data', value: now.dataDir },
    ...now.trackers.map(({ address, state }) => ({ name: 'tracker', value: address, state })),
    { name: 'shares', value: now.shares },
    { name: 'downloads', value: now.downloads },
    { name: 'peers', value: now.peers },
    { name: 'download_rate', value: now.downloadBytesPerSecond },
    { name: 'upload_rate', value: now.uploadBytesPerSecond },
  ];
}

const plainCells = ({ name, value, state }: StatusLine): string[] => [
  name,
  value === null ? '-' : String(value),
  ...(state === undefined ? [] : [state]),
];

function humanCells(line: StatusLine): string[] {
  const [name = '', value = '', state = ''] = plainCells(line);
  const shown = line.name.endsWith('_rate') ? formatRate(Number(line.value)) : value;
  return [name.replace('_', ' '), shown, state];
}

const statusView: View<StatusLine> = {
  plain: plainCells,
  human: (lines) => alignedLines(lines.map(humanCells), ['left', 'left', 'left']),
};
