import { trackerApi } from '../api/index.ts';
import {
  type Clock,
  CommandError,
  deferred,
  programVersion,
  secretBytes,
  toHex,
  within,
} from '../base/index.ts';
import { isLanHost } from '../net/index.ts';
import { freeBytesOn } from '../storage/index.ts';
import type { Diagnosis } from './commands.ts';
import type { Transfers } from './seams.ts';
import type { TrackerApi } from './session/tracker-link.ts';
import type { Trackers } from './session/trackers.ts';

/** A tracker that has not answered after so long counts as unreachable. */
const ANSWER_MS = 4_000;
/** A tracker dials within three seconds; its greeting must have come by then. */
const GREETING_MS = 3_500;
/** How long the trackers' states are waited for. */
const STATES_MS = 1_500;
/** A server name of the form that peers' ports listen to. */
const NAME_BYTES = 20;

export interface DoctorTools {
  readonly trackers: Trackers;
  readonly transfers: Pick<Transfers, 'listening' | 'onServerName'>;
  readonly dataDir: string;
  readonly clock: Clock;
}

type TrackerRow = Diagnosis['trackers'][number];
/** Whether a tracker's greeting arrived at our port; undefined: it was not tried, see `why`. */
interface PortTrial {
  readonly arrived?: boolean;
  readonly observed?: string;
  readonly why?: string;
}

/** What may keep this node from working, looked at now: trackers, clock, port, disk, versions. Never rejects for these. */
export async function diagnose({ trackers, transfers, dataDir, clock }: DoctorTools): Promise<Diagnosis> {
  const states = trackers.states(STATES_MS);
  const seen = await Promise.all(trackers.links.map((link) => examine(link, transfers, clock)));
  const stateOf = new Map((await states).map(({ address, state }) => [address, state]));
  const rows = seen.map(({ row }) => ({ ...row, state: stateOf.get(row.address) ?? row.state }));
  const skews = rows.flatMap(({ clockSkewMs }) => clockSkewMs ?? []);
  return {
    version: programVersion(),
    node: process.version,
    trackers: rows,
    port: portFinding(
      transfers.listening.port,
      seen.map(({ row, trial }) => ({ address: row.address, ...trial })),
    ),
    clockSkewMs: skews.length === 0 ? null : median(skews),
    freeBytes: await freeBytesOn(dataDir),
  };
}

async function examine(
  link: TrackerApi,
  transfers: DoctorTools['transfers'],
  clock: Clock,
): Promise<{ row: TrackerRow; trial: PortTrial }> {
  const address = link.tracker.text;
  const ask = () => within(clock, ANSWER_MS, link.call(trackerApi.cluster, {}), () => new Error('no answer'));
  try {
    // The first call may have to connect; the second measures.
    await ask();
    const [beganMs, beganWallMs] = [clock.nowMs(), clock.wallMs()];
    const { nowMs, version } = await ask();
    const millis = clock.nowMs() - beganMs;
    const clockSkewMs = Math.round(nowMs - (beganWallMs + millis / 2));
    const trial = await tryPort(link, transfers, clock);
    const { observed } = trial;
    const facts = { ...(version !== undefined && { version }), ...(observed !== undefined && { observed }) };
    const row = {
      address,
      state: 'reachable',
      reachable: true,
      millis: Math.round(millis),
      clockSkewMs,
      ...facts,
    };
    return { row, trial };
  } catch (error) {
    const state = reasonOf(error).replace(`${address} `, '');
    return { row: { address, state, reachable: false }, trial: { why: state } };
  }
}

/** The tracker's word is not needed: a name that only it was told arrives at our port, or does not. */
async function tryPort(
  link: TrackerApi,
  transfers: DoctorTools['transfers'],
  clock: Clock,
): Promise<PortTrial> {
  const name = toHex(secretBytes(NAME_BYTES));
  const arrival = deferred<void>();
  const stopListening = transfers.onServerName((asked) => {
    if (asked === name) arrival.resolve();
  });
  try {
    const body = { port: transfers.listening.port, name };
    const { observed } = await link.call(trackerApi.reachability, { body });
    const arrived = await within(clock, GREETING_MS, arrival.promise, () => new Error('nothing came')).then(
      () => true,
      () => false,
    );
    return { arrived, observed };
  } catch (error) {
    return { why: reasonOf(error) };
  } finally {
    stopListening();
  }
}

type Trial = PortTrial & { readonly address: string };

function portFinding(port: number, trials: readonly Trial[]): Diagnosis['port'] {
  const through = trials.filter(({ arrived }) => arrived);
  if (through.length > 0) return { port, reachable: true, text: reachedText(through) };
  const tried = trials.filter(({ arrived }) => arrived === false);
  const first = tried[0];
  if (!first) {
    const why = trials.map(({ address, why: reason }) => `${address}: ${reason ?? 'not tried'}`).join('; ');
    return { port, reachable: null, text: `no tracker could try it (${why})` };
  }
  const from = tried.map(({ address }) => address).join(', ');
  return {
    port,
    reachable: false,
    text:
      `nothing came through from ${from} to ${first.observed ?? '?'}, port ${port}: allow the port in the firewall, and forward it in the router to this machine. ` +
      'Until then you exchange files with those whom you can reach yourself',
  };
}

/** A tracker beside us cannot tell how it looks from far away. */
function reachedText(through: readonly Trial[]): string {
  const far = through.filter(({ observed }) => observed !== undefined && !isLanHost(observed));
  const from = (trials: readonly Trial[]): string => trials.map(({ address }) => address).join(', ');
  return far.length > 0
    ? `reached from ${from(far)} at ${far[0]?.observed ?? '?'}`
    : `reached from ${from(through)}, in this network; no tracker outside could try it`;
}

const reasonOf = (error: unknown): string =>
  error instanceof CommandError ? `${error.code}: ${error.message}` : (error as Error).message;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
