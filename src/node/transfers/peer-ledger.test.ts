import { expect, test } from 'vitest';

import type { UserId } from '../../base/index.ts';
import { PeerLedger } from './peer-ledger.ts';
import type { PeerView } from './swarm-surroundings.ts';

const row = (key: string | undefined, conn: number | undefined, bytesTo: number): PeerView => ({
  conn,
  key,
  user: 'ann' as UserId,
  outgoing: false,
  client: '',
  progress: conn === undefined ? 0.5 : 1,
  bytesFrom: 1,
  bytesTo,
  bytesPerSecondFrom: 0,
  bytesPerSecondTo: conn === undefined ? 0 : 7,
  address: conn === undefined ? 'old' : 'new',
});

test('a device that came back is one row with all its totals, as it is now', () => {
  const ledger = new PeerLedger();
  ledger.keep([row('ann/laptop', 1, 10), row('ann/phone', 2, 5)]);
  ledger.keep([row('ann/laptop', undefined, 20)]);
  expect(ledger.rows([row('ann/laptop', 3, 100), row('ann/laptop', undefined, 1000)])).toEqual([
    { ...row('ann/laptop', 3, 1130), bytesFrom: 4 },
    { ...row('ann/phone', undefined, 5), progress: 1, address: 'new' },
  ]);
});

test('whose device is not known counts by user', () => {
  const ledger = new PeerLedger();
  ledger.keep([row(undefined, 1, 10), row(undefined, 2, 5)]);
  expect(ledger.rows([])).toMatchObject([{ conn: undefined, bytesTo: 15, bytesPerSecondTo: 0 }]);
});
