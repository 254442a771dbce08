import { type Clock, CommandError } from '../../base/index.ts';
import type { NodeState, RemoteNode } from '../../local/index.ts';
import { findNode, requireNode } from '../background/find-node.ts';
import { prepareNode, startNode } from '../background/start-node.ts';
import { stopNode } from '../background/stop-node.ts';
import { trafficOf } from '../commands/status.ts';
import { type Property, propertiesView } from '../output/properties.ts';
import type { CommandOutput } from '../output/output.ts';
import { formatDate } from '../text/format.ts';
import { stateText, tellNext } from './node-state.ts';
import { outerCommand } from './outer-command.ts';
import { SETTINGS_OPTIONS, toStart } from './settings-options.ts';

const TOPIC = 'The node in the background';

export const nodeStart = outerCommand({
  name: 'node start',
  topic: TOPIC,
  params: [],
  options: SETTINGS_OPTIONS,
  summary: 'start a node that outlives this terminal',
  teaches: [
    'It shares and downloads until mbt node stop. Commands, shells and the page speak to it. Its options are',
    'kept with its data: the next start needs none. Without trackers it waits for an invitation.',
  ],
  example: 'node start --trackers tracker_info.txt',
  async run({ target: { dataDir }, options, out, clock, signal }) {
    const { settings, trackers } = await toStart(options);
    const { started, setUp, state } = await startNode({ dataDir, settings, trackers }, clock, signal);
    tellNext(out, state);
    if (started)
      return { text: `node started (pid ${state.pid}), data in ${dataDir}`, fields: { started, ...state } };
    const isMeant = Object.keys(settings).length > 0 || (trackers !== undefined && !setUp);
    if (isMeant) {
      await prepareNode({ dataDir, settings, trackers });
      out.notice('the new options hold when it is started again: mbt node stop, mbt node start');
    }
    return { text: `already running (pid ${state.pid})`, fields: { started, ...state } };
  },
});

export const nodeStop = outerCommand({
  name: 'node stop',
  topic: TOPIC,
  params: [],
  summary: 'end it; unfinished downloads go on at its next start',
  teaches: ['Waits until it has said goodbye. Nothing is shared from here afterwards.'],
  example: 'node stop',
  async run({ target: { dataDir }, clock, signal }) {
    const pid = await stopNode(dataDir, clock, signal);
    if (pid === undefined) await requireNode(dataDir, clock); // tells what there is instead
    return { text: `node stopped (pid ${pid})`, fields: { pid } };
  },
});

export const nodeStatus = outerCommand({
  name: 'node status',
  topic: TOPIC,
  params: [],
  summary: 'whether it runs, and how it stands',
  teaches: ['Leaves with 0 if it runs, with 3 if not.'],
  example: 'node status',
  async run({ target: { dataDir }, out, clock }) {
    const node = await requireNode(dataDir, clock);
    try {
      const state = await node.nodeStatus();
      out.rows(propertiesView, [...propertiesOf(state), ...(await moreOf(node, state))]);
      return { text: stateText(state), fields: { ...state } };
    } finally {
      await node.close();
    }
  },
});

const propertiesOf = (state: NodeState): Property[] => [
  { name: 'state', value: state.state },
  { name: 'user', value: state.user },
  { name: 'pid', value: state.pid },
  { name: 'since', value: formatDate(state.startedAtMs) },
  { name: 'version', value: state.version },
  { name: 'data', value: state.dataDir },
  { name: 'page', value: state.web ?? 'off' },
];

/** What a node that is set up tells as well. */
async function moreOf(node: RemoteNode, { state }: NodeState): Promise<Property[]> {
  if (state === 'not-set-up' || state === 'starting') return [];
  const now = await node.status();
  return [{ name: 'listening', value: now.listening }, ...trafficOf(now)];
}

/** The node of a data folder, started with what is kept of its last start if none runs. */
export async function findOrStart(dataDir: string, out: CommandOutput, clock: Clock, signal: AbortSignal) {
  const running = await findNode(dataDir);
  if (running !== undefined) return running;
  const { state } = await startNode({ dataDir, settings: {}, trackers: undefined }, clock, signal);
  out.notice(`started a node in the background (pid ${state.pid}); mbt node stop ends it`);
  const node = await findNode(dataDir);
  if (node === undefined)
    throw new CommandError('NO_NODE', 'the node that was started ended at once: mbt node log');
  return node;
}
