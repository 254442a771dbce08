import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SessionStage, eventually, passwordOf } from '../support/session-stage.ts';

let stage: SessionStage;
beforeEach(async () => {
  stage = await SessionStage.open(1);
});
afterEach(() => stage.close());

async function replaceCluster(): Promise<void> {
  await stage.stopTracker(1);
  await stage.loseDisk(1);
  await rm(join(stage.folder, 'cluster.key'));
  await stage.startTracker(1);
}

test('another cluster at a known address is refused, also by a session that stands; a new client trusts it', async () => {
  const dataDir = join(stage.folder, 'kept');
  const anna = await stage.user('anna', { dataDir });
  await replaceCluster();
  await expect(anna.createGroup('lab')).rejects.toMatchObject({
    code: 'TRACKER_CHANGED',
    message: expect.stringContaining('ask its operator') as string,
  });
  await anna.close();
  const again = await stage.node({ dataDir });
  await expect(again.login('anna', passwordOf('anna'))).rejects.toMatchObject({ code: 'TRACKER_CHANGED' });
  await eventually(async () =>
    expect((await again.status()).trackers[0]?.state).toContain('TRACKER_CHANGED'),
  );
  const fresh = await stage.node();
  await fresh.createUser('anna', passwordOf('anna'));
});

test('a cluster line pins from the start; one that contradicts what is known is refused', async () => {
  const { cluster } = await (await restarted()).status();
  await stage.writeList(`cluster ${cluster}\n`);
  const dataDir = join(stage.folder, 'pinned');
  const anna = await stage.user('anna', { dataDir });
  await anna.close();
  await stage.writeList(`cluster ${'0'.repeat(64)}\n`);
  await expect(stage.node({ dataDir })).rejects.toMatchObject({ code: 'TRACKER_CHANGED' });
  await stage.writeList();
});

async function restarted() {
  await stage.stopTracker(1);
  return stage.startTracker(1);
}
