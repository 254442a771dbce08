/**
 * A tracker and two people, each with a node and its page, to look at: `node scripts/stage-page.mjs [FOLDER]`. Everything
 * lies in FOLDER, or in one for temporary files that goes with the process. Needs what `npm run build` makes.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param {string} room */
const built = async (room) => import(new URL(`../dist/${room}/index.js`, import.meta.url).href);
const { systemClock: clock, silentLogger: log, CommandError } = await built('base');
const { openTracker } = await built('tracker');
const { openNode } = await built('node');
const { serveLocal } = await built('local');

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/**
 * @param {string} folder
 * @param {string} trackersFile
 * @param {string} name
 */
async function person(folder, trackersFile, name) {
  const dataDir = join(folder, name, 'data');
  const downloads = join(folder, name, 'files');
  await mkdir(downloads, { recursive: true });
  const options = { listenHost: '127.0.0.1', listenPort: await freePort(), trackersFile, dataDir };
  const node = await openNode({ ...options, refuseWeakPasswords: false, log, clock });
  await node.createUser(name, `${name}-${name}`);
  await node.login(name, `${name}-${name}`);
  const state = {
    version: 'stage',
    pid: process.pid,
    boot: String(clock.wallMs()),
    startedAtMs: clock.wallMs(),
  };
  /** @type {(listener: unknown) => () => void} */
  const onEvent = (listener) => node.onEvent(listener);
  const host = {
    state: { ...state, dataDir, state: 'logged-in', user: name, text: '' },
    node: () => node,
    setUp: async () => {
      throw new CommandError('CONFLICT', 'it has trackers');
    },
    stop: () => process.kill(process.pid, 'SIGTERM'),
    onEvent,
    onChange: (/** @type {unknown} */ listener) => node.onChange(listener),
  };
  const server = await serveLocal({ host, dataDir, web: {}, folders: [], downloads, clock, log });
  return { name, node, server, downloads };
}

const given = process.argv[2];
const folder = given ?? (await mkdtemp(join(tmpdir(), 'mbt-page-')));
const trackersFile = join(folder, 'tracker_info.txt');
await mkdir(folder, { recursive: true });
await writeFile(trackersFile, `127.0.0.1:${await freePort()}\n`);
const tracker = await openTracker({ trackersFile, line: 1, announce: undefined, log, clock });
const ada = await person(folder, trackersFile, 'ada');
const bob = await person(folder, trackersFile, 'bob');
await ada.node.createGroup('friends');
await mkdir(join(ada.downloads, 'photos'));
await writeFile(join(ada.downloads, 'photos', 'notes.txt'), 'Seen from the page.\n');
await writeFile(join(ada.downloads, 'photos', 'raw.bin'), randomBytes(20_000_000));
await writeFile(join(ada.downloads, 'film.bin'), randomBytes(200_000_000));
for (const name of ['photos', 'film.bin'])
  await ada.node.uploadFile(
    join(ada.downloads, name),
    'friends',
    () => undefined,
    new AbortController().signal,
  );
await bob.node.joinGroup('friends');

for (const { name, server } of [ada, bob])
  process.stdout.write(`${name}: ${server.webLink().link}  (socket: ${server.socketPath})\n`);
const end = async () => {
  for (const { server, node } of [ada, bob]) {
    await server.close();
    await node.close();
  }
  await tracker.close();
  if (given === undefined) await rm(folder, { recursive: true, force: true });
  process.exit(0);
};
process.once('SIGINT', () => void end());
process.once('SIGTERM', () => void end());
