import { expect, test } from 'vitest';
import { systemClock, sha256Hex, type UserId } from '../base/index.ts';
import { MemoryStore } from '../store/index.ts';
import { EventHub } from './event-hub.ts';
import { SwarmDirectory } from './announce/swarm-directory.ts';
import { PresenceTable } from './presence-table.ts';
import { RecordViews } from './record-views.ts';

const userOf = (n: number): UserId => sha256Hex(`user ${n}`) as UserId;

test('who makes up users takes the places of its own address, not those of others', () => {
  const hub = new EventHub(
    new RecordViews(new MemoryStore()),
    new PresenceTable(),
    new SwarmDirectory(),
    systemClock,
    'boot-0001',
  );
  const other = hub.open(userOf(0), '198.51.100.2');
  const first = hub.open(userOf(1), '2001:db8::1');
  // All of one customer's network.
  for (let n = 2; n < 4_200; n += 1) hub.open(userOf(n), `2001:db8::${n.toString(16)}`);
  expect(other.isClosed).toBe(false);
  expect(first.isClosed).toBe(true);
  expect(hub.streamCount).toBe(1_001);
});
