import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import type { NodeCommands, NodeEvent } from '../../src/node/commands.ts';
import { type NodeOptions, composeNode } from '../../src/node/node.ts';
import type { OpenTransfers, UserAccess } from '../../src/node/seams.ts';
import type { Tracker } from '../../src/tracker/index.ts';
import { TestCluster } from './test-cluster.ts';

/** A node without files and peers of its own, as a test sees it. */
export interface StagedNode extends NodeCommands {
  readonly events: NodeEvent[];
  /** What transfers would be given; throws while nobody is logged in. */
  access(): UserAccess;
  /** Resolves with the first event, since it was opened, whose text matches. */
  heard(pattern: RegExp): Promise<NodeEvent>;
}

/** Trackers on free ports of loopback and clients that know them, all in this process, all files in one folder. */
export class SessionStage {
  readonly #cluster: TestCluster;
  readonly #nodes: NodeCommands[] = [];
  #folders = 0;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  static async open(trackers: number): Promise<SessionStage> {
    const stage = new SessionStage(await TestCluster.of(trackers));
    for (let line = 1; line <= trackers; line += 1) await stage.startTracker(line);
    return stage;
  }

  get folder(): string {
    return this.#cluster.folder;
  }

  get trackersFile(): string {
    return this.#cluster.file;
  }

  /** The list again, with `more` at its end. */
  async writeList(more = ''): Promise<void> {
    await writeFile(
      this.trackersFile,
      this.#cluster.ports.map((port) => `127.0.0.1:${port}\n`).join('') + more,
    );
  }

  portOf(line: number): number {
    return this.#cluster.ports[line - 1] ?? 0;
  }

  startTracker(line: number): Promise<Tracker> {
    return this.#cluster.start(line);
  }

  stopTracker(line: number): Promise<void> {
    return this.#cluster.stop(line);
  }

  /** Another list for clients: through these ports instead of the trackers' own. */
  async listThrough(ports: readonly number[]): Promise<string> {
    const path = join(this.folder, `list-${ports.join('-')}.txt`);
    await writeFile(path, ports.map((port) => `127.0.0.1:${port}\n`).join(''));
    return path;
  }

  /** Everything that the (stopped) tracker kept is gone. */
  async loseDisk(line: number): Promise<void> {
    await rm(this.trackerDir(line), { recursive: true, force: true });
  }

  trackerDir(line: number): string {
    return this.#cluster.dataDir(line);
  }

  /** A client with a data folder of its own, the list and the clock of all, unless told otherwise. */
  async node(more: Partial<NodeOptions> = {}): Promise<StagedNode> {
    const transfers = recordingTransfers();
    const node = await composeNode(
      {
        listenHost: '127.0.0.1',
        listenPort: 7000,
        trackersFile: this.trackersFile,
        dataDir: join(this.folder, `client-${++this.#folders}`),
        refuseWeakPasswords: false,
        clock: systemClock,
        log: silentLogger,
        ...more,
      },
      transfers.open,
    );
    this.#nodes.push(node);
    return Object.assign(node, hearing(node), { access: transfers.access });
  }

  /** A client with a fresh account of this name, logged in; the password is the name twice. */
  async user(name: string, more: Partial<NodeOptions> = {}): Promise<StagedNode> {
    const node = await this.node(more);
    await node.createUser(name, passwordOf(name));
    await node.login(name, passwordOf(name));
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
    await this.#cluster.close();
  }
}

export const passwordOf = (name: string): string => `${name}-${name}`;

/** Looks again and again, as the state of others can't be waited for otherwise; fails after 20 s with what was seen. */
export async function eventually<T>(look: () => Promise<T> | T): Promise<T> {
  const deadlineMs = systemClock.nowMs() + 20_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (systemClock.nowMs() > deadlineMs) throw error;
      await new Promise<void>((resolve) => systemClock.after(50, resolve));
    }
  }
}

function hearing(node: NodeCommands): Pick<StagedNode, 'events' | 'heard'> {
  const events: NodeEvent[] = [];
  const waiting = new Set<() => void>();
  node.onEvent((event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  const heard = (pattern: RegExp): Promise<NodeEvent> =>
    new Promise((resolve, reject) => {
      const cancel = systemClock.after(20_000, () =>
        reject(new Error(`${pattern} not among ${JSON.stringify(events)}`)),
      );
      const look = (): void => {
        const found = events.find((event) => 'text' in event && pattern.test(event.text));
        if (!found) return;
        waiting.delete(look);
        cancel();
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { events, heard };
}

/** Transfers that have no port and no files, and keep what the session gives them. */
function recordingTransfers(): { readonly open: OpenTransfers; access(): UserAccess } {
  let access: UserAccess | undefined;
  const none = async (): Promise<never> => {
    throw new Error('this node has no files');
  };
  const open: OpenTransfers = async (options) => ({
    listening: { host: options.listenHost, port: options.listenPort },
    addresses: [{ host: options.listenHost, port: options.listenPort }],
    onServerName: () => () => undefined,
    onLogin: async (given) => {
      access = given;
      return { shares: 0, downloads: 0 };
    },
    onLogout: async () => {
      access = undefined;
    },
    completions: async () => [],
    ownShares: () => [],
    ownDownloads: () => [],
    counts: () => ({
      shares: 0,
      downloads: 0,
      peers: 0,
      downloadBytesPerSecond: 0,
      uploadBytesPerSecond: 0,
      downLimit: null,
      upLimit: null,
    }),
    close: async () => undefined,
    listFiles: none,
    uploadFile: none,
    downloadFile: none,
    downloadNewer: none,
    dropUnfinished: none,
    showDownloads: none,
    stopShare: none,
    pauseDownload: none,
    resumeDownload: none,
    cancelDownload: none,
    listContentFiles: none,
    setPriority: none,
    pieceMap: none,
    openContent: none,
    recheck: none,
    waitDownloads: none,
    showPeers: none,
    setLimit: none,
    limits: none,
    exemptLan: none,
    setSchedule: none,
    exportTorrent: none,
  });
  return {
    open,
    access() {
      if (!access) throw new Error('nobody is logged in');
      return access;
    },
  };
}
