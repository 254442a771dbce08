import { mkdir } from 'node:fs/promises';
import { type Clock, CommandError, type Logger, diskError } from '../../base/index.ts';
import { serveLocal } from '../../local/index.ts';
import { type LocalNode, lockFolder, openNode } from '../../node/index.ts';
import { closeInTime } from '../shell/close-in-time.ts';
import { type StopSignals, untilAborted } from '../shell/stop-signals.ts';
import { BackgroundNode } from './background-node.ts';
import { isThere } from './is-there.ts';
import { dataWords, trackersFile } from './node-folder.ts';
import { type NodeSettings, readSettings, writeSettings } from './settings.ts';

export interface RunParts {
  readonly dataDir: string;
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: StopSignals;
  /** Called when it serves, with the page's origin. */
  readonly onServing: (host: BackgroundNode, web: string | null) => void;
}

/** The process of a node in the background, until it is asked to stop. CONFLICT where another process has the data folder. */
export async function runNode({ dataDir, settings, clock, log, stop, onServing }: RunParts): Promise<void> {
  let lock = await holdFolder(dataDir, clock);
  const host = new BackgroundNode({
    dataDir,
    clock,
    log,
    openNode: async () => {
      await lock.release(); // which the node takes itself
      const node = await openNode({ ...optionsOf(dataDir, settings), log, clock }).catch(
        async (error: unknown) => {
          lock = await holdFolder(dataDir, clock);
          throw error;
        },
      );
      if (settings.listenPort === 0) void keepPort(node, dataDir).catch(() => undefined); // another one the next time
      return node;
    },
  });
  host.onEvent((event) => log.info('node.event', { ...event }));
  try {
    if (await isThere(trackersFile(dataDir))) await host.begin();
    const { web, folders, downloads } = settings;
    const page = web === 'off' ? {} : { web: web === null ? {} : { port: web } };
    const server = await serveLocal({ host, dataDir, folders, downloads, clock, log, ...page });
    try {
      log.info('node.serving', { web: server.web ?? 'off' });
      onServing(host, server.web);
      await Promise.race([untilAborted(stop.signal), untilAborted(host.stopping)]);
    } finally {
      await closeInTime(clock, server.close());
    }
  } finally {
    await closeInTime(clock, host.close());
    await lock.release();
    log.info('node.ended');
  }
}

const optionsOf = (dataDir: string, settings: NodeSettings) => ({
  listenHost: settings.listenHost,
  listenPort: settings.listenPort,
  trackersFile: trackersFile(dataDir),
  dataDir,
  refuseWeakPasswords: settings.minPassword,
  hooks: {
    desktop: settings.desktop,
    ...(settings.onEvent === null ? {} : { command: settings.onEvent }),
  },
});

async function holdFolder(dataDir: string, clock: Clock) {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(dataDir, clock);
    if (lock !== undefined) return lock;
  } catch (error) {
    throw diskError(error, dataDir);
  }
  throw new CommandError(
    'CONFLICT',
    `another process uses ${dataDir}: end the node in the background (mbt node stop${dataWords(dataDir)}) or quit the shell that has it, or name another folder by --data`,
  );
}

/** The port that was chosen is announced to others and may be opened in a firewall: the next start takes the same. */
async function keepPort(node: LocalNode, dataDir: string): Promise<void> {
  const { listening } = await node.status();
  const settings = await readSettings(dataDir); // which may have been given anew meanwhile
  if (settings.listenPort !== 0) return;
  const listenPort = Number(/:(\d+)$/.exec(listening)?.[1] ?? 0);
  await writeSettings(dataDir, { ...settings, listenPort });
}
