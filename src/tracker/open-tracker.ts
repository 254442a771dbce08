import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readTrackerList, trackerAtLine, type TrackerAddress, type TrackerList } from '../api/index.ts';
import { CommandError, every, systemCode, type Clock, type Logger } from '../base/index.ts';
import { loadOrCreateClusterKey, openOpaqueServer, type ClusterKey } from '../identity/index.ts';
import { openRecordVerifier } from '../records/index.ts';
import { openSqliteStore } from '../store/index.ts';
import { listen } from './https-server.ts';
import type { OtherTracker, SyncResult } from './replicator.ts';
import { TrackerCore } from './tracker-core.ts';
import { issueCredentials } from './tracker-credentials.ts';

/** How often a new certificate is made; each is good for a year. */
const RENEW_MS = 24 * 60 * 60_000;

export interface TrackerOptions {
  /** Path of `tracker_info.txt`; the cluster's key is `cluster.key` beside it. */
  readonly trackersFile: string;
  /** Which tracker of the list this is, from 1. */
  readonly line: number;
  /** Where records are kept; by default the folder `tracker-<line>` beside `trackersFile`. */
  readonly dataDir?: string | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface TrackerStatus {
  readonly address: string;
  readonly line: number;
  /** The cluster's fingerprint, as a `cluster` line of `tracker_info.txt` can name it. */
  readonly cluster: string;
  readonly dataDir: string;
  readonly records: number;
  readonly usersOnline: number;
  readonly eventStreams: number;
  readonly others: readonly OtherTracker[];
}

/** A tracker at work. */
export interface Tracker {
  readonly address: string;
  status(): Promise<TrackerStatus>;
  /** Compares with every other tracker now, and fetches what is missing here. */
  sync(): Promise<SyncResult[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

type Closing = () => Promise<void>;

/**
 * Starts a tracker, and resolves when its port is open. CommandError for what the person who starts it can mend:
 * FILE_NOT_FOUND and INVALID_ARGUMENTS (the list), DIFFERENT_CLUSTER, PORT_IN_USE, PERMISSION_DENIED, IO_ERROR, NO_SPACE.
 */
export async function openTracker(options: TrackerOptions): Promise<Tracker> {
  // The last opened is closed first.
  const closings: Closing[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closings));
  try {
    return { ...(await open(options, closings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(closings: Closing[]): Promise<void> {
  for (const close of closings.toReversed()) await close();
}

async function open(options: TrackerOptions, closings: Closing[]): Promise<Omit<Tracker, 'close'>> {
  const { line, clock, log } = options;
  const list = await readTrackerList(options.trackersFile);
  const address = trackerAtLine(list, line, options.trackersFile);
  const folder = dirname(resolve(options.trackersFile));
  const cluster = await clusterOf(list, join(folder, 'cluster.key'), clock);
  const dataDir = resolve(options.dataDir ?? join(folder, `tracker-${line}`));
  const store = await openSqliteStore(await storePath(dataDir, cluster));
  closings.push(() => store.close());
  const verifier = openRecordVerifier();
  closings.push(() => verifier.close());
  const opaque = await openOpaqueServer(cluster.opaqueSetups, cluster.id);
  let credentials = await issueCredentials(cluster, address.host, clock.wallMs());
  const core = new TrackerCore({
    store,
    verifier,
    cluster,
    opaque,
    trackers: list.trackers,
    line,
    clock,
    log,
    credentials: () => credentials,
  });
  closings.push(() => core.close());
  await core.start();
  const port = await listen(address, credentials, core.fetch, clock, log);
  closings.push(() => {
    core.endStreams();
    return port.close();
  });
  const stopRenewing = every(clock, RENEW_MS, () => void renew());
  const renew = async (): Promise<void> => {
    credentials = await issueCredentials(cluster, address.host, clock.wallMs());
    port.renew(credentials);
  };
  closings.push(async () => stopRenewing());
  log.info('tracker-open', { address: address.text, cluster: cluster.id });
  return { ...describe(core, address, line, cluster, dataDir), sync: () => core.replicator.sync() };
}

function describe(
  core: TrackerCore,
  { text }: TrackerAddress,
  line: number,
  cluster: ClusterKey,
  dataDir: string,
): Pick<Tracker, 'address' | 'status'> {
  return {
    address: text,
    async status() {
      const { records, usersOnline, eventStreams } = await core.measure();
      const counts = { records, usersOnline, eventStreams };
      return { address: text, line, cluster: cluster.id, dataDir, ...counts, others: core.replicator.others };
    },
  };
}

/** The key beside the list, which must be that of the cluster that the list names, if it names one. */
async function clusterOf(list: TrackerList, path: string, clock: Clock): Promise<ClusterKey> {
  const cluster = await loadOrCreateClusterKey(path, clock.wallMs());
  if (list.cluster === undefined || list.cluster === cluster.id) return cluster;
  throw new CommandError(
    'DIFFERENT_CLUSTER',
    `the list of trackers names the cluster ${list.cluster}, but ${path} is the key of ${cluster.id}: copy cluster.key from a tracker of that cluster, or correct the cluster line`,
  );
}

/** One file for each cluster: records of another one could not be told from forged ones. */
async function storePath(dataDir: string, cluster: ClusterKey): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = systemCode(error) ?? String(error);
    throw new CommandError(
      'IO_ERROR',
      `the data folder ${dataDir} can't be made (${why}); choose another by --data`,
      {
        cause: error,
      },
    );
  }
  return join(dataDir, `records-${cluster.id.slice(0, 16)}.sqlite`);
}
