// One leecher in a process of its own, so that it can be killed. It knows one group and one seed, both told by the JSON
// file in its first argument; downloads, prints a line of progress now and then, and `complete` at the end.
import { accessOf, built, nothing, say, told } from './lone-node.js';

const { every, seededChance, silentLogger, systemClock } = await built('base/index.js');
const { openTransfers } = await built('node/transfers/index.js');

const { seed, share, destination } = told;
const access = accessOf('leecher', {
  presence: { announce: nothing, peersOf: () => [seed], onPeers: () => nothing, trackersConnected: () => 1 },
  shares: {
    publishShare: async () => undefined,
    withdrawShare: async () => undefined,
    listFiles: async () => ({ shares: [share], swarms: new Map() }),
  },
});

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
