import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock, type Clock } from '../../src/base/index.ts';
import { openTracker, type AnnounceAddress, type Tracker } from '../../src/tracker/index.ts';
import { freePorts } from './free-ports.ts';

/** Real trackers of one list on free ports of the loopback address, in a folder of their own. */
export class TestCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  readonly file = join(this.folder, 'tracker_info.txt');
  readonly ports: readonly number[];
  readonly #running = new Map<number, Tracker>();

  private constructor(ports: readonly number[]) {
    this.ports = ports;
    writeFileSync(this.file, ports.map((port) => `127.0.0.1:${port}\n`).join(''));
  }

  static async of(count: number): Promise<TestCluster> {
    return new TestCluster(await freePorts(count));
  }

  /** Starts the tracker of this line, from 1; other programs announce at `announce`, if anywhere. */
  async start(line: number, clock: Clock = systemClock, announce?: AnnounceAddress): Promise<Tracker> {
    const tracker = await openTracker({ trackersFile: this.file, line, announce, log: silentLogger, clock });
    this.#running.set(line, tracker);
    return tracker;
  }

  async stop(line: number): Promise<void> {
    await this.#running.get(line)?.close();
    this.#running.delete(line);
  }

  dataDir(line: number): string {
    return join(this.folder, `tracker-${line}`);
  }

  /** Stops what runs and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((tracker) => tracker.close()));
    rmSync(this.folder, { recursive: true });
  }
}
