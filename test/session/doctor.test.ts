import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programVersion, silentLogger, systemClock } from '../../src/base/index.ts';
import { type NodeCommands, type NodeOptions, openNode } from '../../src/node/index.ts';
import { HeldClock } from '../support/held-clock.ts';
import { SessionStage, passwordOf } from '../support/session-stage.ts';

let stage: SessionStage;
const nodes: NodeCommands[] = [];
beforeEach(async () => {
  stage = await SessionStage.open(2);
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await stage.close();
});

/** A node with a port of its own. */
async function nodeWithPort(more: Partial<NodeOptions> = {}): Promise<NodeCommands> {
  const node = await openNode({
    listenHost: '127.0.0.1',
    listenPort: 0,
    trackersFile: stage.trackersFile,
    dataDir: join(stage.folder, `node-${nodes.length}`),
    refuseWeakPasswords: false,
    clock: systemClock,
    log: silentLogger,
    ...more,
  });
  nodes.push(node);
  return node;
}

test('where all is well it says so, logged in or not', async () => {
  const node = await nodeWithPort();
  const found = await node.doctor();
  expect(found).toMatchObject({ version: programVersion(), node: process.version });
  expect(found.trackers).toMatchObject(
    [1, 2].map((line) => ({
      address: `127.0.0.1:${stage.portOf(line)}`,
      state: 'reachable',
      reachable: true,
      version: programVersion(),
      observed: '127.0.0.1',
    })),
  );
  expect(Math.abs(found.clockSkewMs ?? Infinity)).toBeLessThan(1_000);
  expect(found.freeBytes).toBeGreaterThan(0);
  const { listening } = await node.status();
  expect(found.port).toMatchObject({ port: Number(listening.split(':')[1]), reachable: true });
  expect(found.port.text).toMatch(/in this network; no tracker outside/);
  await node.createUser('anna', passwordOf('anna'));
  await node.login('anna', passwordOf('anna'));
  expect(await node.doctor()).toMatchObject({
    trackers: [{ reachable: true }, { reachable: true }],
    port: { reachable: true },
  });
});

test('one tracker is enough for port and clock; the other is named with what is wrong', async () => {
  await stage.stopTracker(1);
  const found = await (await nodeWithPort()).doctor();
  expect(found.trackers).toMatchObject([{ reachable: false }, { reachable: true }]);
  expect(found.trackers[0]?.state).not.toBe('reachable');
  expect(found.port).toMatchObject({ reachable: true });
  expect(found.clockSkewMs).not.toBeNull();
});

test('a port that nothing comes through to is said to be closed, with what to do', async () => {
  const node = await stage.node({ listenPort: 1 });
  const { port } = await node.doctor();
  expect(port).toMatchObject({ port: 1, reachable: false });
  expect(port.text).toMatch(/127\.0\.0\.1, port 1: allow the port in the firewall/);
});

test('a clock that is wrong is noticed', async () => {
  const clock = new HeldClock();
  clock.forward(600_000);
  const found = await (await nodeWithPort({ clock })).doctor();
  expect(found.clockSkewMs).toBeGreaterThan(-610_000);
  expect(found.clockSkewMs).toBeLessThan(-590_000);
});

test('what could not be tried is unknown, not wrong', async () => {
  const node = await nodeWithPort();
  for (let times = 0; times < 5; times += 1) await node.doctor();
  const { port } = await node.doctor();
  expect(port).toMatchObject({ reachable: null });
  expect(port.text).toMatch(/TOO_MANY_ATTEMPTS/);
});

test('without any tracker the rest is still told', async () => {
  await Promise.all([stage.stopTracker(1), stage.stopTracker(2)]);
  const found = await (await nodeWithPort()).doctor();
  expect(found).toMatchObject({
    trackers: [{ reachable: false }, { reachable: false }],
    port: { reachable: null },
    clockSkewMs: null,
  });
  expect(found.freeBytes).toBeGreaterThan(0);
});
