/**
 * How close to the fastest possible distribution of one file? One seed and some leechers, each a host of its own behind a
 * link of so many Mbit/s each way, everybody up and idle; then all leechers are told to fetch at once. The figure is the time
 * until the last one has the whole file over the least that any way of distributing can take:
 * max(size / rate, leechers · size / all upload). Links count Ethernet and TCP headers, so 1.05 is the least that TCP
 * reaches. In turn with libtorrent, whose peers are told of each other by hand.
 *
 *     npm run bench -- swarm [LEECHERS [MBIT [MIB [RUNS]]]]        4 leechers, 100 Mbit/s, 128 MiB, 3 runs
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '../src/base/index.ts';
import { makeRandomFile } from '../scripts/demo/sample.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { median, onStage } from './bench-group.ts';
import { Hosts } from './hosts.ts';
import { pythonWithLibtorrent } from './libtorrent-pair.ts';

const MIB = 2 ** 20;
const FILE = 'payload.bin';
const POLL_MS = 20;
/** For the tracker, the seed and the leechers to be ready, each. */
const SETTLE_MS = { tracker: 1_500, seed: 3_000, leecher: 800 };

interface Scenario {
  readonly leechers: number;
  readonly mbit: number;
  readonly mib: number;
}

/** Plays the roles of bench/swarm-adapter. */
interface System {
  readonly name: string;
  readonly adapter: readonly string[];
  readonly ratios: number[];
}

function systemsIn(root: string): System[] {
  const own: System = { name: 'mbt', adapter: [join(root, 'bench', 'swarm-adapter')], ratios: [] };
  const python = pythonWithLibtorrent();
  if (python === undefined) return [own];
  const adapter = [python, join(root, 'bench', 'libtorrent_adapter.py')];
  return [own, { name: 'libtorrent', adapter, ratios: [] }];
}

const boundSeconds = ({ leechers, mbit, mib }: Scenario): number => {
  const [bytes, perSecond] = [mib * MIB, (mbit * 1e6) / 8];
  return Math.max(bytes / perSecond, (leechers * bytes) / (perSecond * (1 + leechers)));
};

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** One distribution by one system. */
class Distribution {
  readonly #hosts: Hosts;
  readonly #system: System;
  readonly #scenario: Scenario;
  readonly #work: string;
  readonly #children: ChildProcess[] = [];

  constructor(system: System, scenario: Scenario, hosts: Hosts, work: string) {
    this.#system = system;
    this.#scenario = scenario;
    this.#hosts = hosts;
    this.#work = work;
  }

  /** Seconds until the last leecher was done. */
  async seconds(seedFolder: string): Promise<number> {
    const folders = [seedFolder];
    for (let n = 1; n <= this.#scenario.leechers; n += 1) folders.push(join(this.#work, `leecher-${n}`));
    for (const folder of folders) await mkdir(folder, { recursive: true });
    await this.#prepare(seedFolder);
    this.#start(undefined, 'tracker');
    await sleep(systemClock, SETTLE_MS.tracker);
    this.#start(0, 'seed', seedFolder, FILE);
    await sleep(systemClock, SETTLE_MS.seed);
    const leechers = folders.slice(1);
    for (const [at, folder] of leechers.entries()) this.#start(at + 1, 'leech', folder, FILE);
    await sleep(systemClock, SETTLE_MS.leecher * folders.length + SETTLE_MS.seed);
    const seconds = await this.#race(leechers);
    await this.#compare(folders);
    return seconds;
  }

  async #prepare(folder: string): Promise<void> {
    const [program = '', ...args] = this.#system.adapter;
    const env = { ...process.env, SWARM_LEECHERS: String(this.#scenario.leechers) };
    const all = [...args, 'prepare', this.#hosts.switchIp, this.#work, folder, FILE];
    const child = spawn(program, all, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${this.#system.name} can't prepare itself`);
  }

  #start(host: number | undefined, role: string, ...rest: string[]): void {
    const [program = '', ...before] = this.#hosts.on(host);
    const address = host === undefined ? this.#hosts.switchIp : this.#hosts.ipOf(host);
    const args = [...before, ...this.#system.adapter, role, address, this.#work, ...rest];
    const env = { ...process.env, SWARM_LEECHERS: String(this.#scenario.leechers) };
    this.#children.push(spawn(program, args, { detached: true, env, stdio: 'ignore' }));
  }

  async #race(folders: readonly string[]): Promise<number> {
    const startMs = systemClock.nowMs();
    for (const folder of folders) await writeFile(join(folder, '.go'), '');
    const limitMs = Math.max(60_000, 10_000 * boundSeconds(this.#scenario));
    const isDone = (folder: string): boolean => existsSync(join(folder, '.done'));
    while (!folders.every(isDone)) {
      if (systemClock.nowMs() - startMs > limitMs) throw new Error(`${this.#system.name} does not end`);
      await sleep(systemClock, POLL_MS);
    }
    return (systemClock.nowMs() - startMs) / 1000;
  }

  async #compare(folders: readonly string[]): Promise<void> {
    const [first, ...others] = await Promise.all(folders.map((folder) => sha256(join(folder, FILE))));
    if (others.some((hash) => hash !== first)) throw new Error(`${this.#system.name} spoilt the file`);
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      if (child.pid !== undefined && ended) process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
  }
}

async function measure(stage: Stage, system: System, scenario: Scenario, run: number): Promise<void> {
  const work = await stage.makeFolder(`${system.name}-${run}`);
  const seedFolder = join(work, 'seed');
  await mkdir(seedFolder);
  await makeRandomFile(join(seedFolder, FILE), scenario.mib * MIB);
  const hosts = new Hosts(scenario.leechers + 1, scenario.mbit);
  const distribution = new Distribution(system, scenario, hosts, work);
  try {
    const seconds = await distribution.seconds(seedFolder);
    system.ratios.push(seconds / boundSeconds(scenario));
  } finally {
    await distribution.close();
    hosts.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function compare(stage: Stage, root: string, scenario: Scenario, runs: number): Promise<void> {
  const systems = systemsIn(root);
  const { leechers, mbit, mib } = scenario;
  const bound = boundSeconds(scenario).toFixed(1);
  process.stdout.write(
    `${leechers} leechers, ${mbit} Mbit/s, ${mib} MiB: no way of distributing takes less than ${bound} s\n`,
  );
  for (let run = 1; run <= runs; run += 1) {
    for (const system of systems) await measure(stage, system, scenario, run);
    const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
    const figures = systems.map(({ name, ratios }) => `${name} ${ratios.at(-1)?.toFixed(2)}`);
    process.stdout.write(`run ${run}, of the bound: ${figures.join(', ')} (load ${load})\n`);
  }
  const medians = systems.map(({ name, ratios }) => `${name} ${median(ratios).toFixed(2)}`);
  process.stdout.write(`median of ${runs}: ${medians.join(', ')} times the bound\n`);
}

/** Runs the comparison; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [leechers = 4, mbit = 100, mib = 128, runs = 3] = args.map(Number);
  if (![leechers, mbit, mib, runs].every((value) => Number.isInteger(value) && value > 0)) {
    process.stderr.write('npm run bench -- swarm [LEECHERS [MBIT [MIB [RUNS]]]]\n');
    return 2;
  }
  if (!Hosts.arePossible()) {
    process.stdout.write('skipped: hosts on one machine need root and iproute2 (Debian)\n');
    return 0;
  }
  return onStage(root, (stage) => compare(stage, root, { leechers, mbit, mib }, runs));
}
