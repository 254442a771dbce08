import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readTrackerList, trackerAtLine, type TrackerAddress, type TrackerList } from '../api/index.ts';
import { CommandError, every, systemCode, type Clock, type Logger } from '../base/index.ts';
import { loadOrCreateClusterKey, openOpaqueServer, type ClusterKey } from '../identity/index.ts';
import { openRecordVerifier } from '../records/index.ts';
import { openSqliteStore } from '../store/index.ts';
import { openAnnouncePort } from './announce/announce-port.ts';
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
  /** Where other BitTorrent programs may announce, by plain HTTP; port 0 takes any free one. Absent: nowhere. */
  readonly announce?: AnnounceAddress | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface AnnounceAddress {
  /** An IP address as others reach it; an unspecified one (`0.0.0.0`, `::`) stands for the address in the list. */
  readonly host: string;
  readonly port: number;
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
  /** `http://ip:port` where other BitTorrent programs announce, if they may here. */
  readonly announce?: string;
  /** Those that do, here or at another tracker of the list. */
  readonly programsAnnouncing: number;
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

/** Addresses that a server may listen on and nobody can connect to. */
const UNSPECIFIED = new Set(['0.0.0.0', '::']);

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
  if (options.announce) closings.push(await openAnnouncing(core, options.announce, address, clock, log));
  const stopRenewing = every(clock, RENEW_MS, () => void renew());
  const renew = async (): Promise<void> => {
    credentials = await issueCredentials(cluster, address.host, clock.wallMs());
    port.renew(credentials);
  };
  closings.push(async () => stopRenewing());
  log.info('tracker-open', { address: address.text, cluster: cluster.id });
  return { ...describe(core, address, line, cluster, dataDir), sync: () => core.replicator.sync() };
}

/** Lets other BitTorrent programs announce; resolves with the way to end it. */
async function openAnnouncing(
  core: TrackerCore,
  { host, port }: AnnounceAddress,
  tracker: TrackerAddress,
  clock: Clock,
  log: Logger,
): Promise<Closing> {
  const binding = { host, port, text: addressText(host, port), otherPort: 'choose another for --announce' };
  const opened = await openAnnouncePort(binding, core.announcing.service, clock, log);
  const shown = UNSPECIFIED.has(host) ? tracker.host : host;
  core.announceBase = `http://${addressText(shown, opened.port)}`;
  return () => opened.close();
}

const addressText = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

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
      const { records, usersOnline, eventStreams, programsAnnouncing } = await core.measure();
      const counts = { records, usersOnline, eventStreams, programsAnnouncing };
      const announce = core.announceBase !== undefined && { announce: core.announceBase };
      const facts = { address: text, line, cluster: cluster.id, dataDir, ...announce };
      return { ...facts, ...counts, others: core.replicator.others };
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
