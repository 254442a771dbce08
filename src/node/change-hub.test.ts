import { beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { ChangeHub } from './change-hub.ts';
import type { NodeChange } from './commands.ts';

let clock: FakeClock;
let hub: ChangeHub;
let told: NodeChange[];
beforeEach(() => {
  clock = new FakeClock();
  hub = new ChangeHub(clock);
  told = [];
  hub.onChange((change) => told.push(change));
});

test('what changes at one moment is told once, soon', () => {
  for (let n = 0; n < 100; n += 1) hub.tell('files', 'lab');
  hub.tell('files', 'band');
  hub.tell('trackers');
  expect(told).toEqual([]);
  clock.advance(50);
  expect(told).toEqual([
    { what: 'files', group: 'lab' },
    { what: 'files', group: 'band' },
    { what: 'trackers' },
  ]);
});

test('what changes all the time is told a few times a second, the last change too', () => {
  for (let ms = 0; ms < 1_000; ms += 1) {
    hub.tell('downloads', 'lab');
    clock.advance(1);
  }
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.length).toBeLessThanOrEqual(5);
  const before = told.length;
  hub.tell('downloads', 'lab');
  clock.advance(300);
  expect(told.length).toBe(before + 1);
  clock.advance(10_000);
  expect(told.length).toBe(before + 1);
});

test('one list does not hold up another', () => {
  hub.tell('files', 'lab');
  clock.advance(50);
  hub.tell('files', 'lab');
  hub.tell('members', 'lab');
  clock.advance(50);
  expect(told.slice(1)).toEqual([{ what: 'members', group: 'lab' }]);
});

test('a flood of groups becomes one change of any', () => {
  for (let n = 0; n < 5_000; n += 1) hub.tell('groups', `g${n}`);
  clock.advance(1_000);
  expect(told).toHaveLength(1_001);
  expect(told).toContainEqual({ what: 'groups' });
});

test('when it is closed nothing is told any more', () => {
  hub.tell('groups');
  hub.close();
  hub.tell('groups');
  clock.advance(1_000);
  expect(told).toEqual([]);
});

test('who stopped listening is not told', () => {
  const stop = hub.onChange(() => expect.unreachable());
  stop();
  hub.tell('groups');
  clock.advance(50);
  expect(told).toEqual([{ what: 'groups' }]);
});
