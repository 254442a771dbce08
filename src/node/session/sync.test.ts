import { expect, test } from 'vitest';
import { CLUSTER, Person } from '../../../test/support/signed-group.ts';
import { type Deferred, deferred, silentLogger } from '../../base/index.ts';
import type { PresenceService } from './presence-service.ts';
import { RecordView } from './record-view.ts';
import { Sync } from './sync.ts';
import type { TrackerStream } from './tracker-stream.ts';

test('a tracker that says time and again that events were lost is read twice, one after the other', async () => {
  const pages: Deferred<{ records: string[] }>[] = [];
  const call = () => {
    const page = deferred<{ records: string[] }>();
    pages.push(page);
    return page.promise;
  };
  const stream = { up: true, link: { call }, drop: () => undefined } as unknown as TrackerStream;
  let synced = deferred<void>();
  const listener = {
    onSynced: () => synced.resolve(),
    onNameClaim: () => undefined,
    onTracker: () => undefined,
  };
  const view = new RecordView(new Person().uid, CLUSTER);
  const sync = new Sync(view, {} as PresenceService, listener, silentLogger);
  for (let times = 0; times < 1_000; times += 1) sync.onEvent(stream, { type: 'lost', data: {} });
  expect(pages).toHaveLength(1);
  for (const at of [0, 1]) {
    synced = deferred();
    pages[at]?.resolve({ records: [] });
    await synced.promise;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(pages).toHaveLength(2);
});
