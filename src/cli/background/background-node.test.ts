import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { fakeNode } from '../../../test/support/fake-node.ts';
import { CommandError, silentLogger } from '../../base/index.ts';
import type { LocalNode, NodeChange, NodeEvent } from '../../node/index.ts';
import { BackgroundNode } from './background-node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-background-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Answers = Parameters<typeof fakeNode>[0];
const ANNA = { user: 'anna', shares: 1, downloads: 0 };
const noTracker = async (): Promise<never> => {
  throw new CommandError('NO_TRACKER', 'no tracker answers');
};

function hostOver(answers: Answers, openFails?: CommandError) {
  const clock = new FakeClock();
  const fake = fakeNode({
    loginRemembered: async () => undefined,
    logout: async () => undefined,
    ...answers,
  });
  const node = fake as unknown as LocalNode;
  const openNode = async (): Promise<LocalNode> => {
    if (openFails) throw openFails;
    return node;
  };
  const host = new BackgroundNode({ dataDir: folder, openNode, clock, log: silentLogger });
  return { host, fake, clock };
}

test('without trackers it waits to be set up, and says how', async () => {
  const { host } = hostOver({});
  expect(host.state).toMatchObject({ state: 'not-set-up', user: null, pid: process.pid, dataDir: folder });
  expect(() => host.node()).toThrow(expect.objectContaining({ code: 'NOT_SET_UP' }));
  await host.setUp({ trackers: '127.0.0.1:7000\n' });
  await expect.poll(() => host.state.state).toBe('logged-out');
  expect(await readFile(join(folder, 'tracker_info.txt'), 'utf8')).toBe('127.0.0.1:7000\n');
  await expect(host.setUp({ trackers: '127.0.0.1:7000\n' })).rejects.toMatchObject({ code: 'CONFLICT' });
  await host.close();
});

test.each([
  { why: 'a list that is none', given: { trackers: 'nonsense' }, code: 'INVALID_ARGUMENTS' },
  { why: 'an invitation that is none', given: { invitation: 'mbt://join/x' }, code: 'INVALID_INVITATION' },
])('$why leaves it as it was', async ({ given, code }) => {
  const { host } = hostOver({});
  await expect(host.setUp(given)).rejects.toMatchObject({ code });
  expect(host.state.state).toBe('not-set-up');
});

test('trackers with which the node does not open are not kept', async () => {
  const { host } = hostOver({}, new CommandError('PORT_IN_USE', 'taken'));
  await expect(host.setUp({ trackers: '127.0.0.1:7000\n' })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  expect(host.state.state).toBe('not-set-up');
  await expect(readFile(join(folder, 'tracker_info.txt'))).rejects.toThrow('ENOENT');
});

test('logs in by what is remembered, as soon as a tracker answers', async () => {
  const answers = [noTracker, noTracker, async () => ANNA];
  const { host, clock } = hostOver({ loginRemembered: () => answers.shift()!() });
  await host.begin();
  await expect
    .poll(() => host.state)
    .toMatchObject({ state: 'waiting', text: expect.stringContaining('no tracker answers') });
  await expect
    .poll(() => {
      clock.advance(3_000);
      return answers.length;
    })
    .toBe(0);
  await expect.poll(() => host.state).toMatchObject({ state: 'logged-in', user: 'anna', text: '' });
  await host.close();
});

test('what no longer logs in is said, and not tried again', async () => {
  const loginRemembered = async (): Promise<never> => {
    throw new CommandError('WRONG_PASSWORD', 'the account has changed');
  };
  const { host, fake } = hostOver({ loginRemembered });
  await host.begin();
  await expect
    .poll(() => host.state)
    .toMatchObject({
      state: 'logged-out',
      text: expect.stringContaining('the account has changed'),
    });
  expect(fake.asked).toEqual(['loginRemembered']);
  await host.close();
});

test('who logs in by hand meanwhile is who is logged in', async () => {
  const { host, clock, fake } = hostOver({ loginRemembered: noTracker, login: async () => ANNA });
  await host.begin();
  await expect.poll(() => host.state.state).toBe('waiting');
  await host.node().login('anna', 'pw', true);
  expect(host.state).toMatchObject({ state: 'logged-in', user: 'anna' });
  clock.advance(3_000);
  await host.close();
  expect(fake.asked.filter((asked) => asked === 'loginRemembered')).toHaveLength(1);
});

test('log-out, a new name and an account that ended are seen', async () => {
  let who: string | undefined = 'anna';
  const whoami = async () => {
    if (who === undefined) throw new CommandError('NOT_LOGGED_IN', 'x');
    return { user: who, userId: '', code: '', trackers: 1 };
  };
  const { host, fake } = hostOver({ loginRemembered: async () => ANNA, whoami });
  await host.begin();
  await expect.poll(() => host.state.user).toBe('anna');
  who = 'anna~3f2a';
  fake.change({ what: 'account' });
  await expect.poll(() => host.state.user).toBe('anna~3f2a');
  who = undefined;
  fake.change({ what: 'account' });
  await expect.poll(() => host.state.state).toBe('logged-out');
  await host
    .node()
    .login('x', 'y')
    .catch(() => undefined);
  await host.node().logout();
  expect(host.state).toMatchObject({ state: 'logged-out', user: null });
  await host.close();
});

test('listeners hear a node that comes later', async () => {
  const { host, fake } = hostOver({});
  const events: NodeEvent[] = [];
  const changes: NodeChange[] = [];
  const deafen = host.onEvent((event) => events.push(event));
  host.onChange((change) => changes.push(change));
  await host.setUp({ trackers: '127.0.0.1:7000\n' });
  fake.tell({ type: 'notice', text: 'hello' });
  fake.change({ what: 'files', group: 'band' });
  deafen();
  fake.tell({ type: 'notice', text: 'too late' });
  expect(events).toEqual([{ type: 'notice', text: 'hello' }]);
  expect(changes).toContainEqual({ what: 'files', group: 'band' });
  await host.close();
  expect(fake.asked.at(-1)).toBe('close');
});

test('asked to stop it says so, and closing ends the waiting', async () => {
  const { host } = hostOver({ loginRemembered: noTracker });
  await host.begin();
  await expect.poll(() => host.state.state).toBe('waiting');
  host.stop();
  expect(host.stopping.aborted).toBe(true);
  await host.close();
});
