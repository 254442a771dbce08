import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { CommandError, deferred } from '../../base/index.ts';
import { TrackerUnreachable } from './tracker-connection.ts';
import { HEDGE_MS, tryTrackers } from './try-trackers.ts';

const dead = (name: string) => new TrackerUnreachable(`${name} is dead`);

test('the first that answers is enough', async () => {
  const asked: number[] = [];
  const answer = await tryTrackers(new FakeClock(), 3, async (index) => {
    asked.push(index);
    return `tracker ${index}`;
  });
  expect(answer).toBe('tracker 0');
  expect(asked).toEqual([0]);
});

test('a dead tracker makes way at once', async () => {
  const answer = await tryTrackers(new FakeClock(), 2, async (index) => {
    if (index === 0) throw dead('first');
    return index;
  });
  expect(answer).toBe(1);
});

test('a silent tracker gets the next beside it, and may still answer', async () => {
  const clock = new FakeClock();
  const slow = deferred<string>();
  const second = deferred<string>();
  const asked: number[] = [];
  const answer = tryTrackers(clock, 2, (index) => {
    asked.push(index);
    return (index === 0 ? slow : second).promise;
  });
  clock.advance(HEDGE_MS - 1);
  expect(asked).toEqual([0]);
  clock.advance(1);
  expect(asked).toEqual([0, 1]);
  slow.resolve('the slow one');
  expect(await answer).toBe('the slow one');
});

test('what a tracker refuses is not asked of another', async () => {
  const asked: number[] = [];
  const refused = tryTrackers(new FakeClock(), 2, async (index) => {
    asked.push(index);
    throw new CommandError('TOO_MANY_ATTEMPTS', 'wait');
  });
  await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  expect(asked).toEqual([0]);
});

test.each([
  { why: 'it may not have caught up', first: 'NO_SUCH_USER', second: undefined, outcome: 'found' },
  { why: 'none knows', first: 'NO_SUCH_USER', second: 'NO_SUCH_USER', outcome: 'NO_SUCH_USER' },
  { why: 'the good one counts', first: 'TRACKER_CHANGED', second: 'NO_SUCH_GROUP', outcome: 'NO_SUCH_GROUP' },
  { why: 'a changed one alone', first: 'TRACKER_CHANGED', second: 'dead', outcome: 'TRACKER_CHANGED' },
] as const)('$first then $second: $outcome, as $why', async ({ first, second, outcome }) => {
  const asked = tryTrackers(new FakeClock(), 2, async (index) => {
    const code = index === 0 ? first : second;
    if (code === undefined) return 'found';
    throw code === 'dead' ? dead('second') : new CommandError(code, 'said');
  });
  const result = await asked.catch((error: unknown) => (error as CommandError).code);
  expect(result).toBe(outcome);
});

test('who says that there is no such user is believed when the other stays silent', async () => {
  const clock = new FakeClock();
  const asked = tryTrackers(clock, 2, async (index) => {
    if (index === 0) throw new CommandError('NO_SUCH_USER', 'said');
    queueMicrotask(() => clock.advance(HEDGE_MS));
    return deferred<never>().promise;
  });
  await expect(asked).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
});

test('when all stay dead: NO_TRACKER, which names them', async () => {
  const clock = new FakeClock();
  let rounds = 0;
  const asked = tryTrackers(clock, 2, async (index) => {
    if (index === 1) rounds += 1;
    if (index === 1) queueMicrotask(() => setImmediate(() => clock.advance(250)));
    throw dead(`tracker ${index}`);
  });
  await expect(asked).rejects.toMatchObject({
    code: 'NO_TRACKER',
    message: expect.stringContaining('tracker 0 is dead; tracker 1 is dead') as string,
  });
  expect(rounds).toBeGreaterThan(3);
});
