import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock, toBase64Url } from '../../src/base/index.ts';
import { trackerApi } from '../../src/api/index.ts';
import { loadOrCreateClusterKey } from '../../src/identity/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { SampleUser } from '../contract/sample-records.ts';
import { Workspace } from '../e2e/harness/workspace.ts';
import { TrackerCaller } from '../support/tracker-caller.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(2);
});
afterEach(() => workspace.close());

const stop = (line: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> | undefined =>
  workspace.trackers[line - 1]?.stop(signal);

async function recordsOf(line: number): Promise<number> {
  const rows = (await workspace.trackers[line - 1]?.ok('status')) ?? [];
  return Number(rows.find((row) => row.startsWith('records\t'))?.split('\t')[1]);
}

async function portOf(line: number): Promise<number> {
  const rows = (await workspace.trackers[line - 1]?.ok('status')) ?? [];
  return Number(/:(\d+)/.exec(rows.join(' '))?.[1]);
}

/** Puts shares of one user into the stopped tracker's store, as if they had come long ago. */
async function fill(line: number, count: number): Promise<void> {
  const key = await loadOrCreateClusterKey(workspace.path('cluster.key'), systemClock.wallMs());
  const file = `records-${key.id.slice(0, 16)}.sqlite`;
  const store = await openSqliteStore(join(workspace.path(`tracker-${line}`), file));
  const anna = new SampleUser(key.id);
  for (let at = 0; at < count; at += 1_000) {
    await store.merge(Array.from({ length: 1_000 }, (_, n) => anna.share(at + n)));
  }
  await store.close();
}

/** How long the tracker was ready to run while other programs had the cores, where the system tells: not its fault. */
function waitedMs(line: number): number {
  const file = `/proc/${workspace.trackers[line - 1]?.child.pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6 : 0;
}

test('a tracker that is new and empty has 10,000 records within 5 seconds', async (context) => {
  await stop(1);
  await stop(2);
  await fill(1, 10_000);
  await workspace.startTracker(1);
  const waitedBeforeMs = waitedMs(1);
  const beganMs = systemClock.nowMs();
  await workspace.startTracker(2);
  await expect.poll(() => recordsOf(2), { timeout: 60_000, interval: 50 }).toBe(10_000);
  const tookMs = Math.round(systemClock.nowMs() - beganMs);
  const waited = Math.round(waitedMs(1) + waitedMs(2) - waitedBeforeMs);
  await context.annotate(`10,000 records came over in ${tookMs} ms (${waited} ms of it waiting for a core)`);
  expect(tookMs - waited).toBeLessThan(5_000);
});

test('what one tracker alone acknowledged is there after SIGKILL right then', async () => {
  await stop(2);
  let known = 0;
  for (let round = 1; round <= 5; round += 1) {
    const port = await portOf(1);
    const caller = await TrackerCaller.open(port);
    const { cluster } = await caller.call(trackerApi.cluster);
    const person = new SampleUser(cluster);
    const records = [person.user(`user${round}`), ...Array.from({ length: 20 }, (_, n) => person.share(n))];
    const body = { records: records.map(({ bytes }) => toBase64Url(bytes)) };
    const answer = await caller.call(trackerApi.putRecords, { body });
    await stop(1, 'SIGKILL');
    await caller.close();
    expect(new Set(answer.results.map(({ status }) => status))).toEqual(new Set(['applied']));
    expect(answer.copies).toBe('alone');
    known += records.length;
    await workspace.startTracker(1);
    expect(await recordsOf(1)).toBe(known);
  }
});
