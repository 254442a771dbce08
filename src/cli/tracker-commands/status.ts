import type { TrackerStatus } from '../../tracker/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { propertiesView } from '../output/properties.ts';
import { count } from '../text/format.ts';
import type { TrackerCommand } from './tracker-command.ts';

export const status: TrackerCommand = {
  name: 'status',
  topic: 'This tracker',
  params: [],
  summary: 'what this tracker keeps, who is online, which others it reaches',
  teaches: [
    'The cluster is the fingerprint that a `cluster` line of the list of trackers may name.',
    'Where other BitTorrent programs announce is what this tracker was started with: --announce <ip:port>.',
  ],
  example: 'status',
  async run({ target, out }) {
    const now = await target.status();
    out.rows(propertiesView, [
      { name: 'tracker', value: now.line },
      { name: 'listening', value: now.address },
      { name: 'cluster', value: now.cluster },
      { name: 'data', value: now.dataDir },
      { name: 'records', value: now.records },
      { name: 'users_online', value: now.usersOnline },
      { name: 'event_streams', value: now.eventStreams },
      { name: 'announce', value: now.announce ?? 'off' },
      { name: 'programs_announcing', value: now.programsAnnouncing },
      ...now.others.map(({ address, state }) => ({ name: 'other', value: address, state })),
    ]);
    tellFaults(now, out);
    return { text: `tracker ${now.line}; ${count(now.others.length, 'other')} in the list` };
  },
};

/** Which others of the list are not of this tracker's cluster, and what to do. */
export function tellFaults({ others }: TrackerStatus, out: Pick<CommandOutput, 'warning'>): void {
  for (const { address, fault } of others)
    if (fault !== undefined) out.warning(`DIFFERENT_CLUSTER: ${address}: ${fault}`);
}
