import { expect, test } from 'vitest';
import { deferred, Gate, within } from './async.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';

test('a gate runs no more than its limit at once, in the order in which they came', async () => {
  const gate = new Gate(2);
  const doors = [deferred<void>(), deferred<void>(), deferred<void>(), deferred<void>()];
  const started: number[] = [];
  const runs = doors.map((door, index) =>
    gate.run(async () => {
      started.push(index);
      await door.promise;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  doors[1]?.resolve();
  await runs[1];
  expect(started).toEqual([0, 1, 2]);
  for (const door of doors) door.resolve();
  await Promise.all(runs);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a task that fails gives its place to the next', async () => {
  const gate = new Gate(1);
  const failing = gate.run(() => Promise.reject(new Error('broken')));
  const next = gate.run(() => Promise.resolve('ran'));
  await expect(failing).rejects.toThrow('broken');
  await expect(next).resolves.toBe('ran');
  await expect(gate.run(() => Promise.resolve('and again'))).resolves.toBe('and again');
});

test('within lets a result through and then holds no timer', async () => {
  const clock = new FakeClock();
  await expect(within(clock, 100, Promise.resolve(7), () => new Error('late'))).resolves.toBe(7);
  expect(() => clock.advance(1000)).not.toThrow();
});

test('within rejects when the time is up, and swallows what comes later', async () => {
  const clock = new FakeClock();
  const work = deferred<number>();
  const waiting = within(clock, 100, work.promise, () => new Error('late'));
  clock.advance(99);
  clock.advance(1);
  await expect(waiting).rejects.toThrow('late');
  work.resolve(1);
});

test('within passes on the failure of the work itself', async () => {
  const failed = Promise.reject(new Error('no disk'));
  await expect(within(new FakeClock(), 100, failed, () => new Error('late'))).rejects.toThrow('no disk');
});
