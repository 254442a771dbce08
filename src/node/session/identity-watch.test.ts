import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandError } from '../../base/index.ts';
import { generateKey, keyCode, userIdOf } from '../../identity/index.ts';
import { IdentityWatch } from './identity-watch.ts';
import type { News } from './news.ts';
import { UserState } from './user-state.ts';

const PINNED = 'a'.repeat(64);
const { publicKey } = generateKey();
const stranger = userIdOf(publicKey);
let folder: string;
let state: UserState;
let watch: IdentityWatch;
let told: News[];

const reopen = async (): Promise<void> => {
  state = await UserState.open(join(folder, 'state.json'), () => undefined);
  told = [];
  watch = new IdentityWatch(state, (news) => told.push(news));
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-watch-'));
  await reopen();
});
afterEach(async () => {
  await state.settled();
  await rm(folder, { recursive: true, force: true });
});

test('a name with another key is told once, with the code to compare, over restarts too', async () => {
  watch.onName('user', 'bob', stranger, PINNED);
  watch.onName('user', 'bob', stranger, PINNED);
  expect(told).toMatchObject([{ about: 'key-changed', user: 'bob', code: keyCode(publicKey) }]);
  expect(told[0]?.text).toContain(keyCode(publicKey));
  await state.settled();
  await reopen();
  watch.onName('user', 'bob', stranger, PINNED);
  expect(told).toEqual([]);
  watch.onName('group', 'lab', 'b'.repeat(64), PINNED);
  expect(told).toMatchObject([{ about: 'key-changed', group: 'lab' }]);
});

test('of a name with ever more strangers a few are told', () => {
  for (let n = 0; n < 100; n += 1) watch.onName('user', 'bob', n.toString(16).padStart(64, '0'), PINNED);
  expect(told).toHaveLength(3);
});

test('a tracker of another cluster is told once, until it was good again', () => {
  const fault = new CommandError('TRACKER_CHANGED', 'tracker 192.0.2.1:7000 is of another cluster');
  for (let n = 0; n < 3; n += 1) watch.onTracker('192.0.2.1:7000', fault);
  watch.onTracker('192.0.2.2:7000', new Error('gone'));
  expect(told).toEqual([{ text: fault.message, about: 'key-changed' }]);
  watch.onTracker('192.0.2.1:7000', new Error('gone'));
  watch.onTracker('192.0.2.1:7000', fault);
  expect(told).toHaveLength(1);
  watch.onTracker('192.0.2.1:7000', undefined);
  watch.onTracker('192.0.2.1:7000', fault);
  expect(told).toHaveLength(2);
});
