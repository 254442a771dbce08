import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeNode, fakeNode } from '../../../test/support/fake-node.ts';
import { TextSink } from '../../../test/support/pseudo-terminal.ts';
import { CommandError, deferred } from '../../base/index.ts';
import type { Whoami } from '../../node/index.ts';
import { nodeCommands } from '../commands/index.ts';
import { StreamScreen } from '../output/screen.ts';
import { TextOutput } from '../output/text-output.ts';
import type { AskSecret } from './arguments.ts';
import { CommandRunner, LINE_CHARS_MAX } from './runner.ts';

const never = new AbortController().signal;

function shellOver(node: FakeNode, clock = new FakeClock()) {
  const sink = new TextSink();
  const output = new TextOutput(new StreamScreen(sink, undefined), clock);
  return { sink, runner: new CommandRunner(nodeCommands, node, output, clock) };
}

async function said(line: string, node = fakeNode(), ask?: AskSecret): Promise<string> {
  const { sink, runner } = shellOver(node);
  await runner.runLine(line, ask, never);
  return sink.text;
}

test.each(['', '   ', '# a note', '  # "another'])('<%s> does nothing', async (line) => {
  expect(await said(line)).toBe('');
});

test.each([
  ['lst_groups', 'ERROR: UNKNOWN_COMMAND: no command "lst_groups"; did you mean list_groups? Type help'],
  ['show', 'ERROR: UNKNOWN_COMMAND: no command "show"; did you mean show_peers or show_downloads? Type help'],
  ['list-groups', 'ERROR: UNKNOWN_COMMAND: no command "list-groups"; did you mean list_groups? Type help'],
  ['frobnicate "x', 'ERROR: UNKNOWN_COMMAND: no command "frobnicate". Type help for all commands'],
  ['toString', 'ERROR: UNKNOWN_COMMAND: '],
  ['join_group', 'ERROR: INVALID_ARGUMENTS: <group_id> is missing; use it like this: join_group <group_id>'],
  [
    'join_group a b',
    'ERROR: INVALID_ARGUMENTS: too many words (quote names with blanks); use it like this: ',
  ],
  ['list_groups x', 'ERROR: INVALID_ARGUMENTS: it takes nothing; use it like this: list_groups'],
  ['join_group ""', 'ERROR: INVALID_ARGUMENTS: <group_id> is empty; '],
  [
    'join_group "a',
    'ERROR: INVALID_ARGUMENTS: the quote " is never closed; write \\" for the character itself',
  ],
  ["join_group it's", "ERROR: INVALID_ARGUMENTS: the quote ' is never closed"],
  ['join_group a\\', 'ERROR: INVALID_ARGUMENTS: a backslash at the end'],
  ['join_group a\0b', 'ERROR: INVALID_ARGUMENTS: <group_id> has a character that no name can have'],
  ['wait_downloads soon', 'ERROR: INVALID_ARGUMENTS: <seconds> is a number of seconds, not "soon"; '],
  ['wait_downloads -1', 'ERROR: INVALID_ARGUMENTS: <seconds> is a number'],
  ['wait_downloads 1e9', 'ERROR: INVALID_ARGUMENTS: <seconds> is a number'],
  ['login anna', 'ERROR: INVALID_ARGUMENTS: <passwd> is missing; '],
  [
    `join_group ${'x'.repeat(LINE_CHARS_MAX)}`,
    'ERROR: INVALID_ARGUMENTS: the line is longer than 65536 characters',
  ],
])('%s is refused before the node is asked', async (line, says) => {
  const node = fakeNode();
  expect(await said(line, node)).toContain(says);
  expect(node.asked).toEqual([]);
});

test('an optional argument may be left out', async () => {
  const node = fakeNode({ acceptRequest: async () => undefined });
  expect(await said('accept_request band ben', node)).toContain('SUCCESS');
  expect(node.asked).toEqual(['acceptRequest band ben']);
});

test('secrets that were left out are asked for, a new one twice', async () => {
  const prompts: string[] = [];
  const answers = ['old', 'new', 'new'];
  const ask = async (prompt: string): Promise<string> => {
    prompts.push(prompt);
    return answers.shift() ?? '';
  };
  const whoami = async (): Promise<Whoami> => ({ user: 'anna', userId: '', code: '', trackers: 1 });
  const node = fakeNode({ changePassword: async () => undefined, whoami });
  expect(await said('change_password', node, ask)).toContain('SUCCESS');
  expect(node.asked).toEqual(['whoami', 'changePassword old new']);
  expect(prompts).toEqual(['Old password: ', 'New password: ', 'The same again: ']);
});

test.each([
  { line: 'change_password', user: null, says: 'NOT_LOGGED_IN' },
  { line: 'login ben', user: 'anna', says: 'ALREADY_LOGGED_IN: anna is logged in here; logout first' },
])('$line asks for no password in vain: $says', async ({ line, user, says }) => {
  let asked = 0;
  const ask = async (): Promise<string> => {
    asked += 1;
    return 'secret';
  };
  const node = fakeNode({
    whoami: async () => {
      throw new CommandError('NOT_LOGGED_IN', 'nobody is logged in');
    },
  });
  const status = await node.status();
  node.status = async () => ({ ...status, user });
  expect(await said(line, node, ask)).toContain(says);
  expect(asked).toBe(0);
});

test.each([
  {
    why: 'two new passwords that differ',
    answers: ['a', 'b'],
    says: 'INVALID_ARGUMENTS: the two passwords differ',
  },
  { why: 'an empty one', answers: ['', ''], says: 'INVALID_ARGUMENTS: <passwd> is empty' },
])('nothing is done with $why', async ({ answers, says }) => {
  const node = fakeNode();
  const left = [...answers];
  expect(await said('create_user anna', node, async () => left.shift() ?? '')).toContain(says);
  expect(node.asked).toEqual([]);
});

test('an expected failure is told with its code, a bug as INTERNAL', async () => {
  const node = fakeNode({
    createGroup: async () => {
      throw new CommandError('GROUP_EXISTS', 'there is a group band');
    },
    leaveGroup: async () => {
      throw new TypeError('x is not a function');
    },
  });
  expect(await said('create_group band', node)).toBe('ERROR: GROUP_EXISTS: there is a group band\n');
  expect(await said('leave_group band', node)).toMatch(/^ERROR: INTERNAL: .*x is not a function\n$/);
});

test('the outcome tells who is logged in and when to leave', async () => {
  const node = fakeNode({
    login: async () => ({ user: 'Anna', shares: 0, downloads: 0 }),
    logout: async () => undefined,
  });
  const { runner } = shellOver(node);
  const outcomes = [];
  for (const line of ['login anna pw', 'status', 'logout', 'quit', 'nonsense'])
    outcomes.push(await runner.runLine(line, undefined, never));
  expect(outcomes).toEqual([
    { ok: true, quit: false, user: 'Anna' },
    { ok: true, quit: false, user: undefined },
    { ok: true, quit: false, user: null },
    { ok: true, quit: true, user: undefined },
    { ok: false, quit: false, user: undefined, code: 'UNKNOWN_COMMAND' },
  ]);
});

test('a command that heeds the stop ends by itself', async () => {
  const stop = new AbortController();
  const asked = deferred<void>();
  const node = fakeNode({
    waitDownloads: (_seconds, signal) =>
      new Promise((_, reject) => {
        asked.resolve();
        signal.addEventListener('abort', () => reject(new CommandError('INTERRUPTED', 'stopped')));
      }),
  });
  const { sink, runner } = shellOver(node);
  const running = runner.runLine('wait_downloads', undefined, stop.signal);
  await asked.promise;
  stop.abort();
  expect(await running).toMatchObject({ ok: false });
  expect(sink.text).toBe('ERROR: INTERRUPTED: stopped waiting; the downloads go on\n');
});

test('one that does not is left behind after a grace; what it says later is not heard', async () => {
  const stop = new AbortController();
  const clock = new FakeClock();
  const groups = deferred<[]>();
  const asked = deferred<void>();
  const node = fakeNode({
    listGroups: () => {
      asked.resolve();
      return groups.promise;
    },
  });
  const { sink, runner } = shellOver(node, clock);
  const running = runner.runLine('list_groups', undefined, stop.signal);
  await asked.promise;
  stop.abort();
  clock.advance(10_000);
  await running;
  groups.resolve([]);
  await groups.promise;
  expect(sink.text).toMatch(/^ERROR: INTERRUPTED: stopped waiting; .*\n$/);
});

test('what is stopped before it began is not begun', async () => {
  const node = fakeNode();
  const { sink, runner } = shellOver(node);
  await runner.runLine('list_groups', undefined, AbortSignal.abort());
  expect([sink.text, node.asked]).toEqual(['ERROR: INTERRUPTED: nothing was done\n', []]);
});

test.each([
  { why: 'a line of a shell', secrets: 'typed', says: 'join_group band' },
  { why: 'words after mbt', secrets: 'asked', says: 'mbt join_group band' },
] as const)('what to type next is told as it is typed: $why', async ({ secrets, says }) => {
  const sink = new TextSink();
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(sink, undefined), clock);
  const node = fakeNode({ createGroup: async () => undefined });
  const runner = new CommandRunner(nodeCommands, node, output, clock, secrets);
  await runner.runWords('create_group', ['band'], undefined, never);
  expect(sink.text).toBe(`SUCCESS: created group band; others can now ask to join it: ${says}\n`);
});
