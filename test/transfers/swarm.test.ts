import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { seededChance } from '../../src/base/index.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';

let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

/** Bytes that do not repeat, the same for the same seed. */
function noise(bytes: number, seed = 1): Buffer {
  const chance = seededChance(seed);
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(Math.floor(chance() * 2 ** 32), at);
  return buffer;
}

async function fileOf(user: WorldUser, name: string, bytes: Buffer): Promise<string> {
  const path = join(user.files, name);
  await writeFile(path, bytes);
  return path;
}

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
