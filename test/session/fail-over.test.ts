import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { SessionStage, type StagedNode, eventually, passwordOf } from '../support/session-stage.ts';

/** What is promised of a command under way when its tracker dies. */
const FAIL_OVER_MS = 3_000;

let stage: SessionStage;
const proxies: FaultyProxy[] = [];
beforeEach(async () => {
  stage = await SessionStage.open(2);
});
afterEach(async () => {
  await stage.close();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

/** Clients reach the first tracker through a proxy. */
async function throughProxy(): Promise<{ proxy: FaultyProxy; trackersFile: string }> {
  const proxy = await FaultyProxy.open(stage.portOf(1));
  proxies.push(proxy);
  return { proxy, trackersFile: await stage.listThrough([proxy.port, stage.portOf(2)]) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = systemClock.nowMs();
  await work();
  return systemClock.nowMs() - startMs;
}
const warnings = (node: StagedNode) => node.events.filter(({ type }) => type === 'warning');

test('with one tracker gone everything still works; what only one tracker has is said', async () => {
  const anna = await stage.user('anna');
  await anna.createGroup('before');
  expect(warnings(anna)).toEqual([]);
  await stage.stopTracker(1);
  expect(await timed(() => anna.createGroup('during'))).toBeLessThan(FAIL_OVER_MS);
  expect(warnings(anna)).toMatchObject([{ text: expect.stringContaining('only on one tracker') as string }]);
  const ben = await stage.user('ben');
  await ben.joinGroup('during');
  await anna.acceptRequest('during', 'ben');
  await ben.heard(/you are in during/);
  await eventually(async () =>
    expect((await anna.status()).trackers.map(({ state }) => state === 'connected')).toEqual([false, true]),
  );

  await stage.startTracker(1);
  await eventually(async () =>
    expect((await anna.status()).trackers.every(({ state }) => state === 'connected')).toBe(true),
  );
  await stage.stopTracker(2);
  expect((await ben.listMembers('during')).map(({ user }) => user)).toEqual(['anna', 'ben']);
});

test('with all trackers gone: NO_TRACKER soon, and on as soon as one is back', async () => {
  const anna = await stage.user('anna');
  await stage.stopTracker(1);
  await stage.stopTracker(2);
  const tookMs = await timed(() => expect(anna.listGroups()).rejects.toMatchObject({ code: 'NO_TRACKER' }));
  expect(tookMs).toBeLessThan(2 * FAIL_OVER_MS);
  await stage.startTracker(2);
  await anna.createGroup('again');
});

test('a write whose tracker dies before it answers is repeated at another, and counts once', async () => {
  const { proxy, trackersFile } = await throughProxy();
  const anna = await stage.user('anna', { trackersFile });
  await anna.createGroup('lab');
  const cut = proxy.cutAfterNextRequest();
  const tookMs = await timed(() => anna.createGroup('club'));
  await cut;
  expect(tookMs).toBeLessThan(FAIL_OVER_MS);
  expect((await anna.listGroups()).map(({ group }) => group)).toEqual(['club', 'lab']);
});

test('a log-in whose tracker dies in the middle goes on at another', async () => {
  const { proxy, trackersFile } = await throughProxy();
  const anna = await stage.node({ trackersFile });
  await anna.createUser('anna', passwordOf('anna'));
  const cut = proxy.cutAfterNextRequest();
  await anna.login('anna', passwordOf('anna'));
  await cut;
  await eventually(async () => expect((await anna.whoami()).trackers).toBe(1));
});

test('a tracker that falls silent is not waited for', async () => {
  const { proxy, trackersFile } = await throughProxy();
  const anna = await stage.user('anna', { trackersFile });
  await anna.createGroup('lab');
  proxy.swallow();
  expect(await timed(() => anna.listGroups())).toBeLessThan(FAIL_OVER_MS);
  expect(await timed(() => anna.createGroup('club'))).toBeLessThan(2 * FAIL_OVER_MS);
  const other = await stage.node({ trackersFile: stage.trackersFile });
  expect(await timed(() => other.login('anna', passwordOf('anna')))).toBeLessThan(2 * FAIL_OVER_MS);
  await eventually(async () => expect((await anna.status()).trackers[0]?.state).not.toBe('connected'));
});
