// One node under attack, in a process of its own: its memory and processor time are the attacks' and the honest transfers'
// alone. Shares a file, or fetches one, as the JSON file in its first argument says. A line of JSON on standard
// input may name a member's certificate, by its hash, where that member is, or who is gone; each is answered by a line of JSON: how it is.
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { accessOf, built, nothing, say, told } from '../support/lone-node.js';

const { seededChance, systemClock } = await built('base/index.js');
const { openTransfers } = await built('node/transfers/index.js');

/** How often what was logged. */
const reasons = new Map();
const note = (/** @type {string} */ event, /** @type {any} */ fields) => {
  const line = fields?.reason === undefined ? event : `${event} ${fields.reason}`;
  reasons.set(line, (reasons.get(line) ?? 0) + 1 + (fields?.left ?? 0));
};
/** @type {any} */
const log = { debug: note, info: note, warn: note, error: note, child: () => log };

/** Runs `speed` times as fast as the machine's: what takes minutes is over in seconds. */
const speed = told.speed ?? 1;
const clock = {
  nowMs: () => systemClock.nowMs() * speed,
  wallMs: systemClock.wallMs,
  after: (/** @type {number} */ ms, /** @type {() => void} */ act) => systemClock.after(ms / speed, act),
};

let share = told.share;
let peers = told.seed ? [told.seed] : [];
const listeners = new Set();
const access = accessOf('victim', {
  presence: {
    announce: nothing,
    peersOf: () => peers,
    onPeers: (/** @type {any} */ listener) => {
      listeners.add(listener);
      return nothing;
    },
    trackersConnected: () => 1,
  },
  shares: {
    publishShare: async (/** @type {string} */ _gid, /** @type {any} */ facts) => void (share = facts),
    withdrawShare: async () => undefined,
    listFiles: async () => ({ shares: share ? [share] : [], swarms: new Map() }),
  },
});

const options = {
  listenHost: '127.0.0.1',
  listenPort: 0,
  chance: seededChance(1),
  emit: nothing,
};
const transfers = await openTransfers({ ...options, clock, log });
await transfers.onLogin(access);
let infoHash;
if (told.path) {
  ({ infoHash } = await transfers.uploadFile(told.path, 'lab', nothing, new AbortController().signal));
} else await transfers.downloadFile('lab', share.name, told.destination);

async function report() {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const peers = await transfers.showPeers('lab', share.name);
  return {
    rss,
    peakRss: process.resourceUsage().maxRSS * 1024,
    cpuMs: (user + system) / 1000,
    files: readdirSync('/proc/self/fd').length,
    connections: transfers.counts().peers,
    peers,
    downloads: await transfers.showDownloads(),
    reasons: Object.fromEntries(reasons),
  };
}

say(JSON.stringify({ port: transfers.listening.port, share, infoHash }));
for await (const line of createInterface({ input: process.stdin })) {
  const { certificate, user, peer, gone } = JSON.parse(line);
  if (certificate) told.userByCertificate[certificate] = user;
  if (peer) peers = [...peers, { ...peer, infoHash }];
  if (gone) peers = peers.filter(({ uid }) => uid !== gone);
  if (peer || gone) for (const listener of listeners) listener(told.gid, share.content);
  say(JSON.stringify(await report()));
}
await transfers.close();
process.exit(0);
