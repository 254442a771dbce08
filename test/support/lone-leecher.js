// One leecher in a process of its own, so that it can be killed. It knows one group and one seed, both told by the JSON
// file in its first argument; downloads, prints a line of progress now and then, and `complete` at the end.
import { readFileSync } from 'node:fs';

/** Built modules, found at run time: workers and children run what is built, and their types are checked at the source. */
const built = (/** @type {string} */ path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { every, seededChance, sha256Hex, silentLogger, systemClock, utf8 } = await built('base/index.js');
const { openTransfers } = await built('node/transfers/index.js');

/** @type {any} */
const told = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const { gid, uid, userDir, seed, share, destination, credentials, userByCertificate } = told;

const nothing = () => undefined;
const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
/** @type {any} */
const access = {
  uid,
  deviceKey: `${uid}/leecher`,
  label: 'leecher',
  userDir,
  gate: {
    requireMember: async (/** @type {string} */ label) => ({ gid, label }),
    memberGroups: () => [{ gid, label: 'lab' }],
    contextFor: () => ({ gid, epoch: 1, ...credentials, authorityPem: utf8(credentials.authorityPem) }),
    admit: (/** @type {string} */ _gid, /** @type {Uint8Array} */ der) => {
      const user = userByCertificate[sha256Hex(der)];
      return user ? { user } : { refused: 'no such member' };
    },
    labelOf: (/** @type {string} */ user) => user.slice(0, 8),
    labelOfGroup: () => 'lab',
    onGroupChanged: () => nothing,
    newsDigest: () => new Uint8Array(32),
    newsFor: () => [],
    applyNews: () => false,
  },
  presence: { announce: nothing, peersOf: () => [seed], onPeers: () => nothing, trackersConnected: () => 1 },
  shares: {
    publishShare: async () => undefined,
    withdrawShare: async () => undefined,
    listFiles: async () => ({ shares: [share], swarms: new Map() }),
  },
};

const transfers = await openTransfers({
  listenHost: '127.0.0.1',
  listenPort: 0,
  clock: systemClock,
  chance: seededChance(1),
  log: silentLogger,
  emit: nothing,
});
const { downloads } = await transfers.onLogin(access);
say(`restored ${downloads}`);
if (downloads === 0) await transfers.downloadFile('lab', share.name, destination);
const stop = every(systemClock, 20, async () => {
  const [row] = await transfers.showDownloads();
  if (row) say(`held ${row.doneBytes}`);
});
await transfers.waitDownloads(60, new AbortController().signal);
stop();
say('complete');
await transfers.close();
process.exit(0);
