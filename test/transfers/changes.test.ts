import { afterEach, beforeEach, expect, test } from 'vitest';

import { TransferWorld } from '../support/transfer-world.ts';
import { fileOf, noise, onlyRow, until } from './kit.ts';

const MIB = 1024 * 1024;
let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

test('the list of downloads is said to have changed with states and remarks, not with each byte', async () => {
  let changes = 0;
  let remark: string | undefined;
  const alice = await world.user('alice', { upBytesPerSecond: MIB });
  const onChange = async (): Promise<void> => {
    changes += 1;
    ({ remark } = await onlyRow(bob));
  };
  const bob = await world.user('bob', { onChange: () => void onChange().catch(() => undefined) });
  await alice.share(await fileOf(alice, 'a.bin', noise(8 * MIB)));
  const since = async (act: () => Promise<unknown>): Promise<number> => {
    const before = changes;
    await act();
    return changes - before;
  };
  expect(await since(() => bob.download('a.bin'))).toBeGreaterThan(0);
  await until(async () => (await onlyRow(bob)).doneBytes > MIB / 2);
  const moving = await since(() => until(async () => (await onlyRow(bob)).doneBytes > 2 * MIB));
  expect(moving).toBeLessThan(3);
  expect(await since(() => bob.transfers.pauseDownload('lab', 'a.bin'))).toBeGreaterThan(0);
  expect(await since(() => bob.transfers.resumeDownload('lab', 'a.bin'))).toBeGreaterThan(0);
  expect(await since(() => bob.transfers.setPriority('lab', 'a.bin', undefined, 'high'))).toBeGreaterThan(0);
  await alice.logout();
  await until(() => remark === 'nobody online');
  expect(await since(() => bob.transfers.cancelDownload('lab', 'a.bin'))).toBeGreaterThan(0);
});
