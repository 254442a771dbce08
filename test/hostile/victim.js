// One node under attack, in a process of its own: its memory and processor time are the attacks' and the honest transfers'
// alone. Shares a file, or fetches one, as the JSON file in its first argument says. A line on standard input may name the
// hash of a certificate and its user, who is a member from then on; each is answered by a line of JSON: how it is.
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { accessOf, built, nothing, say, told } from '../support/lone-node.js';

const { seededChance, systemClock } = await built('base/index.js');
const { openTransfers } = await built('node/transfers/index.js');

/** How often what was logged. */
const reasons = new Map();
const note = (/** @type {string} */ event, /** @type {any} */ fields) => {
  const line = fields?.reason === undefined ? event : `${event} ${fields.reason}`;
  reasons.set(line, (reasons.get(line) ?? 0) + (fields?.times ?? 1));
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
const access = accessOf('victim', {
  presence: {
    announce: nothing,
    peersOf: () => (told.seed ? [told.seed] : []),
    onPeers: () => nothing,
    trackersConnected: () => 1,
  },
  shares: {
    publishShare: async (/** @type {string} */ _gid, /** @type {any} */ facts) => void (share = facts),
    withdrawShare: async () => undefined,
    listFiles: async () => ({ shares: share ? [share] : [], swarms: new Map() }),
  },
});

const { upBytesPerSecond } = told;
const options = {
  listenHost: told.host ?? '127.0.0.1',
  listenPort: 0,
  chance: seededChance(1),
  emit: nothing,
};
const transfers = await openTransfers({ ...options, clock, log, upBytesPerSecond });
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
  const [certificate, user] = line.split(' ');
  if (certificate) told.userByCertificate[certificate] = user;
  say(JSON.stringify(await report()));
}
await transfers.close();
process.exit(0);
