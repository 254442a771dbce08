import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeNode, fakeNode } from '../../../test/support/fake-node.ts';
import { PseudoTerminal, TextSink } from '../../../test/support/pseudo-terminal.ts';
import type { Limits, ScheduleRule } from '../../node/index.ts';
import { StreamScreen } from '../output/screen.ts';
import { TextOutput } from '../output/text-output.ts';
import { CommandRunner } from '../shell/runner.ts';
import { nodeCommands } from './index.ts';

const never = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;
const INVITATION = {
  id: '4f1c2a9be0d37712',
  group: 'band',
  link: `mbt://join/${'A'.repeat(180)}`,
  expiresAtMs: 0,
  uses: 5,
  used: 1,
  auto: false,
  state: 'open' as const,
};
const WATCH = { path: '/m', group: 'band', shared: 2, waiting: 1, fault: null };
const FOLLOW = {
  group: 'band',
  folder: '/f',
  patterns: ['*.flac'],
  sizeMax: 2 ** 30,
  reserveBytes: 2 ** 30,
  fetched: 1,
  waiting: 0,
  fault: 'the disk is full',
};
const WORKDAYS: ScheduleRule = {
  days: [1, 2, 3, 4, 5],
  fromMinute: 480,
  toMinute: 1080,
  upLimit: 512_000,
  downLimit: null,
};
const limitsWith = (schedule: readonly ScheduleRule[]): Limits => ({
  rows: [],
  lanExempt: false,
  schedule,
  scheduled: schedule.length > 0,
});

/** What reached the node as objects, too. */
const terms: unknown[] = [];

function answering(): FakeNode {
  return fakeNode({
    login: async (user, _password, remember) => {
      terms.push(remember);
      return { user, shares: 0, downloads: 0 };
    },
    invite: async (_group, given) => {
      terms.push(given);
      return INVITATION;
    },
    listInvitations: async () => [INVITATION],
    withdrawInvitation: nothing,
    joinByInvitation: async () => ({ group: 'band', owner: 'anna', code: 'C' }),
    listContentFiles: async () => [
      { path: 'a b.flac', size: 2048, doneBytes: 1024, priority: 'high' as const },
    ],
    setPriority: async (_group, _file, paths) => void terms.push(paths),
    downloadFile: async (_group, file, path, given) => {
      terms.push(given);
      return { file, path, size: 1024, queued: false };
    },
    watchFolder: async () => WATCH,
    unwatchFolder: nothing,
    followGroup: async (_group, _folder, given) => {
      terms.push(given);
      return FOLLOW;
    },
    unfollowGroup: nothing,
    listFolders: async () => ({ watches: [WATCH], follows: [FOLLOW] }),
    limits: async () => limitsWith([WORKDAYS]),
    setSchedule: async (rules) => {
      terms.push(rules);
      return limitsWith(rules);
    },
  });
}

async function run(line: string, node = answering()): Promise<string[]> {
  terms.length = 0;
  const sink = new TextSink();
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(sink, 'xterm'), clock);
  await new CommandRunner(nodeCommands, node, output, clock).runLine(line, undefined, never);
  return sink.lines();
}

test.each([
  { line: 'login anna pw', given: undefined },
  { line: 'login anna pw --remember', given: true },
  { line: 'invite band', given: { expiresInSeconds: 604_800, uses: 1, auto: false } },
  {
    line: 'invite band --expires 12h --uses 5 --auto',
    given: { expiresInSeconds: 43_200, uses: 5, auto: true },
  },
  { line: 'set_priority band x low', given: undefined },
  { line: 'set_priority band x skip --path a --path "b c"', given: ['a', 'b c'] },
  { line: 'download_file band x /d', given: undefined },
  { line: 'download_file band x /d --hold', given: { hold: true } },
  { line: 'download_file band x /d --only a --only b', given: { only: ['a', 'b'] } },
  { line: 'follow_group band /f', given: { patterns: [], sizeMax: null, reserveBytes: 2 ** 30 } },
  {
    line: "follow_group band /f --pattern '*.flac' --pattern '!x*' --max-size 2G --reserve 500M",
    given: { patterns: ['*.flac', '!x*'], sizeMax: 2 ** 31, reserveBytes: 500 * 2 ** 20 },
  },
  { line: 'schedule off', given: [] },
  { line: 'schedule "mon-fri 08:00-18:00" off', given: [] },
  {
    line: 'schedule "sat,sun 00:00-24:00" down 2M up none',
    given: [WORKDAYS, { days: [0, 6], fromMinute: 0, toMinute: 1440, upLimit: null, downLimit: 2 ** 21 }],
  },
  {
    line: 'schedule "mon-fri 8:00-18:00" up 1M',
    given: [{ ...WORKDAYS, upLimit: 2 ** 20 }],
  },
])('$line reaches the node with its options', async ({ line, given }) => {
  expect((await run(line)).at(-1)).toMatch(/^SUCCESS: /);
  expect(terms).toEqual([given]);
});

test.each([
  [
    'list_invitations band',
    ['4f1c2a9be0d37712\topen\t1/5\tyou\t1970-01-01T00:00:00.000Z', 'SUCCESS: 1 invitation'],
  ],
  ['withdraw_invitation band 4f', ['SUCCESS: invitation 4f to band is void']],
  ['join mbt://join/A', ['SUCCESS: asked anna to let you into band; news tell when it is answered']],
  ['list_contents band x', ['"a b.flac"\t2048\t1024\thigh', 'SUCCESS: 1 file']],
  ['watch_folder /m band', ['SUCCESS: watching /m: what appears there is shared in band']],
  ['unwatch_folder /m band', ['SUCCESS: no longer watching /m for band; what was shared stays shared']],
  ['unfollow_group band', ['SUCCESS: no longer following band; its files stay']],
  [
    'list_folders',
    [
      'band\twatch\t/m\t2\t1\t-',
      'band\tfollow\t/f\t1\t0\tthe disk is full',
      'SUCCESS: 1 watched, 1 followed',
    ],
  ],
  ['schedule', ['mon-fri 08:00-18:00\t512000\t-', 'SUCCESS: 1 rule']],
  [
    'limits',
    [
      'mon-fri 08:00-18:00\t512000\t-',
      'SUCCESS: 0 limits; your own network is limited; the schedule is in force',
    ],
  ],
])('%s', async (line, lines) => {
  expect(await run(line)).toEqual(lines);
});

test.each([
  ['schedule off up 1M', 'schedule off takes nothing more'],
  ['schedule "mon 08:00-09:00"', 'a direction is missing'],
  ['schedule "mon 08:00-09:00" off', 'there is no rule for mon 08:00-09:00'],
  ['schedule "mon 08:00-09:00" up', 'the speed after up is missing'],
  ['schedule "mon 08:00-09:00" up 1M up 2M', 'up is given twice'],
  ['schedule noon up 1M', '"noon" is no time of the week'],
  ['download_file band x /d --hold --wait', '--hold pauses it'],
  ['invite band --expires 5s', 'INVALID_ARGUMENTS: --expires is between 1m and 366d'],
  ['invite band --expires 367d', 'INVALID_ARGUMENTS: --expires is between 1m and 366d'],
  ['invite band --uses 1001', 'INVALID_ARGUMENTS: --uses is from 1 to 1000'],
  ['web', 'this shell is the node itself and has no page'],
])('%s is refused', async (line, says) => {
  expect((await run(line)).join()).toContain(says);
  expect(terms).toEqual([]);
});

test.each([
  { columns: 100, code: true },
  { columns: 50, code: false },
])('an invitation at a terminal of $columns columns has a QR code: $code', async ({ columns, code }) => {
  const terminal = new PseudoTerminal(columns, 60);
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(terminal.output, 'xterm'), clock);
  await new CommandRunner(nodeCommands, answering(), output, clock).runLine('invite band', undefined, never);
  expect(terminal.raw.includes('█')).toBe(code);
  expect(terminal.raw.split('\n')).toContain(INVITATION.link);
  const widths = terminal.raw
    .split('\n')
    .filter((line) => line.includes('█'))
    .map((line) => line.length);
  expect(Math.max(0, ...widths)).toBeLessThan(columns);
});
