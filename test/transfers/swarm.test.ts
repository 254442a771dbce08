import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { TransferWorld } from '../support/transfer-world.ts';
import { fileOf, noise } from './kit.ts';

let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

test('one seed, three leechers: all have the same bytes, and fetch from one another too', async () => {
  const bytes = noise(24 * 1024 * 1024 + 12_345);
  const alice = await world.user('alice');
  await alice.share(await fileOf(alice, 'data.bin', bytes));
  const leechers = await Promise.all(['bob', 'carol', 'dave'].map((name) => world.user(name)));
  await Promise.all(leechers.map((user) => user.download('data.bin')));
  await Promise.all(leechers.map((user) => user.wait()));
  for (const user of leechers) {
    expect((await readFile(join(user.files, 'data.bin'))).equals(bytes)).toBe(true);
    expect(user.events).toEqual([
      { type: 'complete', group: 'lab', file: 'data.bin', path: join(user.files, 'data.bin') },
    ]);
  }
  expect(world.shares.map((share) => share.user).toSorted()).toEqual(['alice', 'bob', 'carol', 'dave']);
});
