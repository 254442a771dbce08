import { afterEach, expect, test } from 'vitest';
import { TestCluster } from '../../test/support/test-cluster.ts';
import { TrackerCaller } from '../../test/support/tracker-caller.ts';
import { trackerApi } from '../api/index.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});
async function cluster(count: number): Promise<TestCluster> {
  const made = await TestCluster.of(count);
  closings.push(() => made.close());
  return made;
}
async function caller(port: number | undefined): Promise<TrackerCaller> {
  const made = await TrackerCaller.open(port ?? 0);
  closings.push(() => made.close());
  return made;
}

test('serves its cluster, health, metrics and documentation', async () => {
  const trackers = await cluster(2);
  const first = await trackers.start(1);
  const anyone = await caller(trackers.ports[0]);
  const info = await anyone.call(trackerApi.cluster);
  expect(info.trackers).toEqual([
    { address: first.address, state: 'self' },
    { address: `127.0.0.1:${trackers.ports[1]}`, state: 'connecting' },
  ]);
  expect(info.cluster).toBe((await first.status()).cluster);
  expect((await anyone.send('GET', '/healthz')).body).toBe('ok 0 records\n');
  expect((await anyone.send('GET', '/metrics')).body).toContain(
    'mbt_calls_total{call="/v1/cluster",status="200"} 1',
  );
  const documentation = (await anyone.send('GET', '/openapi.json')).body as { paths: object };
  for (const { path } of Object.values(trackerApi)) expect(documentation.paths).toHaveProperty([path]);
});
