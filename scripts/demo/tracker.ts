import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, deferred, within } from '../../src/base/index.ts';
import type { MbtProcess } from './mbt-process.ts';
import type { Stage } from './stage.ts';

const START_LIMIT_MS = 20_000;

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The trackers of one `tracker_info.txt`, each a process that can be killed and started again. */
export class Trackers {
  readonly file: string;
  readonly #stage: Stage;
  readonly #clock: Clock;
  readonly #ports: readonly number[];
  readonly #running = new Map<number, MbtProcess>();

  private constructor(stage: Stage, clock: Clock, ports: readonly number[]) {
    this.#stage = stage;
    this.#clock = clock;
    this.#ports = ports;
    this.file = join(stage.folder, 'tracker_info.txt');
  }

  static async startAll(stage: Stage, clock: Clock, count: number): Promise<Trackers> {
    const ports: number[] = [];
    while (ports.length < count) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    const trackers = new Trackers(stage, clock, ports);
    await writeFile(trackers.file, ports.map((port) => `127.0.0.1:${port}\n`).join(''));
    await Promise.all(ports.map((_, index) => trackers.start(index + 1)));
    return trackers;
  }

  addressOf(line: number): string {
    return `127.0.0.1:${this.#portOf(line)}`;
  }

  /** Starts the tracker of a line, from 1, on the data it left; resolves when it says that it listens. */
  async start(line: number): Promise<void> {
    const dataFolder = join(this.#stage.folder, `tracker-${line}`);
    const args = ['tracker', this.file, String(line), '--data', dataFolder];
    const listening = deferred<void>();
    const tracker = this.#stage.start(`tracker ${line}`, args, (text) => {
      if (text.startsWith('SUCCESS: tracker')) listening.resolve();
    });
    this.#running.set(line, tracker);
    const ended = tracker.end.then(() => {
      throw new Error(`tracker ${line} ended: ${tracker.said.join(' / ')}`);
    });
    const started = Promise.race([listening.promise, ended]);
    await within(this.#clock, START_LIMIT_MS, started, () => new Error(`tracker ${line} does not start`));
  }

  async kill(line: number): Promise<void> {
    await this.#running.get(line)?.kill();
  }

  /** Asks each to end as its operator would; resolves to whether all ended well. */
  async quit(): Promise<boolean> {
    const ends = [...this.#running.values()].map((tracker) => {
      tracker.type('quit');
      return tracker.end;
    });
    return (await Promise.all(ends)).every(({ code }) => code === 0);
  }

  #portOf(line: number): number {
    const port = this.#ports[line - 1];
    if (port === undefined) throw new Error(`there is no tracker ${line}`);
    return port;
  }
}
