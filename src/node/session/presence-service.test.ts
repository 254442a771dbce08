import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { PRESENCE_HEARTBEAT_MS, type PresenceReport } from '../../api/index.ts';
import { PresenceService } from './presence-service.ts';
import type { TrackerStream } from './tracker-stream.ts';

test('a tracker that always wants everything is told with each heartbeat, not without end', async () => {
  const clock = new FakeClock();
  const told: PresenceReport[] = [];
  const call = async (_: unknown, { body }: { body: PresenceReport }) => {
    told.push(body);
    return { observed: '127.0.0.1', need: 'full' };
  };
  const link = { call, tracker: { text: '127.0.0.1:1' } };
  const stream = { up: true, link, drop: () => undefined } as unknown as TrackerStream;
  const facts = { device: 'device-1', boot: 'boot-0001', port: 1, addresses: [] };
  const presence = new PresenceService('0'.repeat(64), facts, clock);
  presence.onUp(stream);
  await settled();
  expect(told.map(({ full }) => full)).toEqual([true]);
  clock.advance(PRESENCE_HEARTBEAT_MS);
  await settled();
  expect(told.map(({ full }) => full)).toEqual([true, true]);
  await presence.goodbye();
});

/** Lets everything run that waits for nothing from outside. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
