/**
 * Announcements a second, on one core, in a swarm of 5,000 peers of which 50 are wanted each time: `mbt tracker
 * --announce` and opentracker (Debian's package) in turn, from the same load generator on another core.
 *
 *     npm run bench -- announce [SECONDS [RUNS]]        5 seconds and 3 runs each unless told otherwise
 *
 * opentracker takes one announcement a connection. Ours is measured in that way as well, and with connections that are
 * kept, which is what counts. A load generator in Node makes connections more slowly than opentracker takes them, so
 * that the CPU which an announcement costs the server is compared beside the rate.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Stage } from '../scripts/demo/stage.ts';
import type { LoadPlan, LoadResult } from './announce-load.ts';
import { cpuSeconds, INFO_HASH, pin, startMbt, startOpentracker, type Rival } from './announce-stage.ts';

const PEERS = 5_000;
const WANTED = 50;
/** Each with an address, a connection and a member's key of its own. */
const MACHINES = 500;
const AT_ONCE = 64;
const SERVER_CORE = 0;
const LOAD_CORE = 1;

interface Measured {
  readonly perSecond: number;
  /** Of the server's core. */
  readonly serverCpu: number;
  readonly loadCpu: number;
}

async function load(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('announce-load.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.pid !== undefined) pin(child.pid, LOAD_CORE);
  child.stdin.end(JSON.stringify(plan));
  return JSON.parse(await text(child.stdout)) as LoadResult;
}

const planFor = ({ port, paths }: Rival, keepAlive: boolean, seconds: number): LoadPlan => ({
  port,
  paths,
  infoHash: INFO_HASH.slice(0, 40).replace(/../g, '%$&'),
  peers: PEERS,
  machines: MACHINES,
  wanted: WANTED,
  keepAlive,
  atOnce: AT_ONCE,
  seconds,
});

async function measure(rival: Rival, keepAlive: boolean, seconds: number): Promise<Measured> {
  const before = cpuSeconds(rival.pid);
  const result = await load(planFor(rival, keepAlive, seconds));
  const serverCpu = (cpuSeconds(rival.pid) - before) / result.seconds;
  if (result.failed > 0)
    throw new Error(`${rival.name}: ${result.failed} of ${result.announces} announcements failed`);
  if (Math.abs(result.peersGiven - WANTED) > 0.5)
    throw new Error(
      `${rival.name} gave ${result.peersGiven.toFixed(1)} peers each time instead of ${WANTED}`,
    );
  return {
    perSecond: result.announces / result.seconds,
    serverCpu,
    loadCpu: result.cpuSeconds / result.seconds,
  };
}

const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const shown = ({ perSecond, serverCpu, loadCpu }: Measured): string =>
  `${perSecond.toFixed(0)}/s (server ${percent(serverCpu)}, load ${percent(loadCpu)} of a core; ` +
  `${(perSecond / serverCpu).toFixed(0)} a second of the server's CPU)`;

/** A server that is not kept busy by the load could do more: so the CPU that an announcement costs is compared, too. */
function ratios(own: Measured, theirs: Measured): string {
  const rate = own.perSecond / theirs.perSecond;
  const perCpu = rate * (theirs.serverCpu / own.serverCpu);
  return `${rate.toFixed(2)} × opentracker, ${perCpu.toFixed(2)} × by CPU`;
}

function medianOf(runs: readonly Measured[]): Measured {
  const middle = runs.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(runs.length / 2)];
  if (!middle) throw new Error('nothing was measured');
  return middle;
}

async function compare(stage: Stage, seconds: number, runs: number): Promise<void> {
  const mbt = await startMbt(stage, MACHINES);
  const opentracker = await startOpentracker(stage);
  try {
    const pinned = [mbt, opentracker].flatMap((rival) => rival ?? []).map(({ pid }) => pin(pid, SERVER_CORE));
    if (pinned.includes(false)) process.stdout.write('taskset is missing: nobody is kept on one core\n');
    if (!opentracker) process.stdout.write('opentracker is not installed: nothing to compare with\n');
    await load(planFor(mbt, false, 0));
    if (opentracker) await load(planFor(opentracker, false, 0));
    const cases = [
      { name: 'mbt, connections kept', rival: mbt, keepAlive: true, results: [] as Measured[] },
      { name: 'mbt, a connection each', rival: mbt, keepAlive: false, results: [] as Measured[] },
      ...(opentracker
        ? [
            {
              name: 'opentracker, a connection each',
              rival: opentracker,
              keepAlive: false,
              results: [] as Measured[],
            },
          ]
        : []),
    ];
    for (let run = 1; run <= runs; run += 1) {
      for (const { name, rival, keepAlive, results } of cases) {
        results.push(await measure(rival, keepAlive, seconds));
        process.stdout.write(`run ${run}: ${name}: ${shown(results.at(-1) as Measured)}\n`);
      }
    }
    const medians = cases.map(({ name, results }) => ({ name, ...medianOf(results) }));
    const theirs = opentracker && medians.at(-1);
    for (const median of medians) {
      const ratio = theirs === undefined ? '' : `; ${ratios(median, theirs)}`;
      process.stdout.write(`median of ${runs}: ${median.name}: ${shown(median)}${ratio}\n`);
    }
  } finally {
    await opentracker?.stop();
  }
}

/** Runs the comparison; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [seconds = 5, runs = 3] = args.map(Number);
  if (!Number.isInteger(seconds) || seconds < 1 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- announce [SECONDS [RUNS]]\n');
    return 2;
  }
  const stage = new Stage(root);
  try {
    await compare(stage, seconds, runs);
    return 0;
  } finally {
    await stage.close();
  }
}
