/**
 * What the page costs: what it weighs, how soon it shows something, and the processor time of the page and of its node
 * while twenty downloads are listed, of which as many run as a node runs at once, held to a rate.
 *
 *     npm run bench -- page [LOADS [SECONDS]]         5 loads and 20 seconds unless told otherwise
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { sleep, systemClock } from '../src/base/index.ts';
import { connectLocal, type RemoteNode } from '../src/local/index.ts';
import { makeRandomFile } from '../scripts/demo/sample.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { cpuSeconds, GROUP, median, onStage, openGroup } from './bench-group.ts';

const MIB = 2 ** 20;
const DOWNLOADS = 20;
const FILE_BYTES = 48 * MIB;
/** In all: so slow that none of them ends while it is measured. */
const RATE = 4 * MIB;
const SETTLE_MS = 3_000;
const PASSWORD = 'benches-stand-in-the-park-9';
// prettier-ignore
const CHROMIUM_ARGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function weigh(root: string): void {
  const folder = join(root, 'dist', 'web');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = readdirSync(join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  const weightOf = (names: readonly string[]): string => {
    const bytes = names.map((name) => gzipSync(readFileSync(join(folder, 'assets', name))).length);
    return `${(bytes.reduce((sum, each) => sum + each, 0) / 1024).toFixed(1)} KiB`;
  };
  const atOnce = files.filter((name) => page.includes(name));
  say(`weight, gzip: ${weightOf(atOnce)} at once, ${weightOf(files)} with all that is loaded on demand`);
}

interface Viewer {
  readonly node: RemoteNode;
  readonly pid: number;
}

/** A node in the background that downloads twenty files of a client's. */
async function openViewer(stage: Stage): Promise<Viewer> {
  const { clients, trackers } = await openGroup(stage, ['seed']);
  const [seed] = clients;
  for (let n = 1; n <= DOWNLOADS; n += 1) {
    const path = join(stage.folder, `film-${n}.bin`);
    await makeRandomFile(path, FILE_BYTES);
    await seed?.must('upload_file', path, GROUP);
  }
  const data = await stage.makeFolder('clients', 'viewer');
  const options = ['--data', data, '--trackers', trackers.file, '--listen', '127.0.0.1:0', '--no-desktop'];
  const child = stage.start('viewer', ['node', 'run', ...options], () => undefined);
  const node = await untilReached(data);
  await node.createUser('viewer', PASSWORD);
  await node.login('viewer', PASSWORD);
  await node.joinGroup(GROUP);
  await seed?.must('accept_request', GROUP, 'viewer');
  await node.setLimit('down', RATE, undefined, undefined);
  const downloads = await stage.makeFolder('downloads');
  for (let n = 1; n <= DOWNLOADS; n += 1) await node.downloadFile(GROUP, `film-${n}.bin`, downloads);
  return { node, pid: child.pid ?? 0 };
}

async function untilReached(data: string): Promise<RemoteNode> {
  for (let tries = 0; tries < 200; tries += 1) {
    const node = await connectLocal(data);
    if (node !== undefined) return node;
    await sleep(systemClock, 100);
  }
  throw new Error('the node does not answer');
}

interface FirstView {
  readonly paintMs: number;
  readonly listMs: number;
}

/** From the opening of a link, in a browser that has never seen the page, to the first paint and to the list of downloads. */
async function firstView(browser: Browser, node: RemoteNode): Promise<FirstView & { readonly page: Page }> {
  const { link } = await node.webLink();
  const page = await (await browser.newContext()).newPage();
  const startMs = systemClock.nowMs();
  await page.goto(link);
  await page.evaluate("location.hash = '#/downloads'");
  await page.getByText('film-1.bin').first().waitFor();
  const listMs = systemClock.nowMs() - startMs;
  const paintMs = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  return { page, paintMs, listMs };
}

/** Processes of which one descends from `root`, itself included. */
function descendants(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const found = [root];
  for (const pid of found) found.push(...parents.filter(([, parent]) => parent === pid).map(([own]) => own));
  return found;
}

function parentOf(pid: string): number {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return 0; // gone meanwhile
  }
}

/** Per cent of a core that each set of processes used within `seconds`. */
async function usage(sets: readonly (readonly number[])[], seconds: number): Promise<number[]> {
  const all = (): number[] => sets.map((pids) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0));
  const before = all();
  await sleep(systemClock, seconds * 1000);
  return all().map((used, at) => ((used - (before[at] ?? 0)) / seconds) * 100);
}

const percent = (value: number | undefined): string => `${(value ?? Number.NaN).toFixed(1)} % of a core`;

export async function main(args: readonly string[], root: string): Promise<number> {
  const [loads = 5, seconds = 20] = args.map(Number);
  weigh(root);
  return onStage(root, async (stage) => {
    const { node, pid } = await openViewer(stage);
    await sleep(systemClock, SETTLE_MS);
    const [alone] = await usage([[pid]], seconds);
    say(`node, ${DOWNLOADS} downloads at ${RATE / MIB} MiB/s together, no page: ${percent(alone)}`);
    const server = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: CHROMIUM_ARGS });
    const browser = await chromium.connect(server.wsEndpoint());
    try {
      const views: FirstView[] = [];
      for (let run = 0; run < loads; run += 1) {
        const { page, ...view } = await firstView(browser, node);
        views.push(view);
        if (run < loads - 1) await page.context().close();
      }
      const [paint, list] = [views.map((view) => view.paintMs), views.map((view) => view.listMs)].map(median);
      say(
        `first view, medians of ${loads}: painted after ${paint?.toFixed(0)} ms, the downloads are there after ${list?.toFixed(0)} ms`,
      );
      await sleep(systemClock, SETTLE_MS);
      const browserPids = descendants(server.process().pid ?? 0);
      const [own, page] = await usage([[pid], browserPids], seconds);
      say(`with the page open on its downloads: node ${percent(own)}, all of the browser ${percent(page)}`);
    } finally {
      await browser.close();
      await server.close();
      await node.close();
    }
  });
}
