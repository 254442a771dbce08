import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { PRESENCE_HEARTBEAT_MS, type PresenceReport } from '../../api/index.ts';
import type { ContentId, GroupId, InfoHash, UserId } from '../../base/index.ts';
import type { OwnContent } from '../seams.ts';
import { PresenceService } from './presence-service.ts';
import type { TrackerStream } from './tracker-stream.ts';

/** One tracker that notes what it is told, and answers `answer`. */
function trackerThat(answer: object) {
  const told: PresenceReport[] = [];
  const call = async (_: unknown, { body }: { body: PresenceReport }) => {
    told.push(body);
    return { observed: '127.0.0.1', ...answer };
  };
  const link = { call, tracker: { text: '127.0.0.1:1' } };
  const stream = { up: true, link, drop: () => undefined } as unknown as TrackerStream;
  return { told, stream };
}

function openPresence(clock: FakeClock): PresenceService {
  const facts = { device: 'device-1', boot: 'boot-0001', port: 1, addresses: [] };
  return new PresenceService('0'.repeat(64), facts, clock);
}

test('who is known of a content is known again when it is withdrawn and announced in one breath', async () => {
  const clock = new FakeClock();
  const { stream } = trackerThat({});
  const presence = openPresence(clock);
  presence.onUp(stream);
  const gid = 'a'.repeat(64) as GroupId;
  const content = 'b'.repeat(64) as ContentId;
  const infoHash = 'c'.repeat(64) as InfoHash;
  const announced = [{ gid, content, infoHash, have: 0, seed: false }];
  const tell = async (contents: readonly OwnContent[]): Promise<void> => {
    presence.announce(contents);
    clock.advance(100);
    await settled();
  };
  await tell(announced);
  const uid = 'd'.repeat(64) as UserId;
  const peer = {
    uid,
    device: 'device-2',
    boot: 'boot-0002',
    port: 2,
    addresses: [],
    infoHash,
    have: 1,
    seed: true,
  };
  presence.onSwarm(stream, { gid, content, peers: [peer], gone: [] });
  expect(presence.peersOf(gid, content)).toHaveLength(1);

  presence.announce([]);
  await tell(announced);
  expect(presence.peersOf(gid, content)).toHaveLength(1);
  await tell([]);
  expect(presence.peersOf(gid, content)).toHaveLength(0);
  await presence.goodbye();
});

test('a tracker that always wants everything is told with each heartbeat, not without end', async () => {
  const clock = new FakeClock();
  const { told, stream } = trackerThat({ need: 'full' });
  const presence = openPresence(clock);
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
