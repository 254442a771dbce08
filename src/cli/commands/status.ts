import type { NodeStatus } from '../../node/index.ts';
import { type Property, propertiesView } from '../output/properties.ts';
import { nodeCommand } from './node-command.ts';

export const status = nodeCommand({
  name: 'status',
  topic: 'Your account',
  params: [],
  summary: 'trackers, address, folder and speeds',
  teaches: ['Works without a login. A tracker that is down is tried again every second by itself.'],
  example: 'status',
  async run({ target, out }) {
    const now = await target.status();
    out.rows(propertiesView, propertiesOf(now));
    return { text: now.user === null ? 'nobody is logged in' : `logged in as ${now.user}` };
  },
});

function propertiesOf(now: NodeStatus): Property[] {
  return [
    { name: 'user', value: now.user },
    { name: 'listening', value: now.listening },
    { name: 'data', value: now.dataDir },
    ...trafficOf(now),
    { name: 'download_limit', value: now.downLimit, unit: 'bytes/s' },
    { name: 'upload_limit', value: now.upLimit, unit: 'bytes/s' },
  ];
}

/** Trackers, and what is going on. */
export const trafficOf = (now: NodeStatus): Property[] => [
  ...now.trackers.map(({ address, state }) => ({ name: 'tracker', value: address, state })),
  { name: 'shares', value: now.shares },
  { name: 'downloads', value: now.downloads },
  { name: 'peers', value: now.peers },
  { name: 'download_rate', value: now.downloadBytesPerSecond, unit: 'bytes/s' },
  { name: 'upload_rate', value: now.uploadBytesPerSecond, unit: 'bytes/s' },
];
