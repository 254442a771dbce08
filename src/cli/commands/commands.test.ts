import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeNode, fakeNode } from '../../../test/support/fake-node.ts';
import { PseudoTerminal, TextSink } from '../../../test/support/pseudo-terminal.ts';
import { CommandError } from '../../base/index.ts';
import { JsonOutput } from '../output/json-output.ts';
import { StreamScreen } from '../output/screen.ts';
import { TextOutput } from '../output/text-output.ts';
import { checkWords } from '../shell/arguments.ts';
import { CommandRunner } from '../shell/runner.ts';
import { splitWords } from '../text/words.ts';
import { nodeCommands } from './index.ts';

const never = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;
const CREATED = { user: 'anna', recoveryCode: 'AAAAA-BBBBB' };
const FILES = [
  {
    file: 'a b.txt',
    size: 1536,
    files: 1,
    seeds: 1,
    leechers: 2,
    content: '0011aabb',
    sharers: ['anna', 'ben'],
  },
  { file: 'c.txt', size: 0, files: 1, seeds: 0, leechers: 0, content: 'ffffffff', sharers: ['ben'] },
];
const DOWNLOAD = {
  state: 'D' as const,
  content: 'ab'.repeat(32),
  files: 1,
  group: 'band',
  file: 'a b.txt',
  path: '/x/a b.txt',
  doneBytes: 512,
  totalBytes: 1024,
  bytesPerSecond: 256,
  downLimit: null,
  secondsLeft: 2,
  peers: 1,
  priority: 'normal' as const,
  remark: '',
};
const PEER = {
  user: 'ben',
  address: '10.0.0.2:6881',
  direction: 'out' as const,
  progress: 0.999,
  bytesFrom: 2048,
  bytesTo: 0,
  bytesPerSecondFrom: 1000.4,
  bytesPerSecondTo: 0,
};
const UPLOADED = {
  file: 'a b.txt',
  content: '0011aabb',
  infoHash: '00',
  size: 1024,
  files: 2,
  leftOut: ['x (a link)'],
};

function answering(): FakeNode {
  return fakeNode({
    createUser: async () => ({ ...CREATED, weakness: 'it is a word' }),
    login: async () => ({ user: 'anna', shares: 1, downloads: 2 }),
    logout: nothing,
    changePassword: nothing,
    recoverUser: async () => CREATED,
    whoami: async () => ({ user: 'anna', userId: 'ab'.repeat(32), code: 'CODE1CODE2', trackers: 2 }),
    createGroup: nothing,
    joinGroup: async () => ({ owner: 'anna', code: 'CODE1CODE2' }),
    cancelRequest: nothing,
    leaveGroup: async (group) => ({ ended: group === 'solo' }),
    deleteGroup: nothing,
    listGroups: async () => [{ group: 'band', owner: 'anna', members: 2, you: 'owner' }],
    listRequests: async () => [{ user: 'ben', code: 'CODE1CODE2', atMs: 0, invited: false }],
    acceptRequest: nothing,
    rejectRequest: nothing,
    removeMember: nothing,
    listMembers: async () => [{ user: 'anna', role: 'owner', online: true, sinceMs: 0 }],
    listFiles: async () => FILES,
    uploadFile: async () => UPLOADED,
    downloadFile: async () => ({ file: 'a b.txt', path: '/x/a b.txt', size: 1024, queued: false }),
    showDownloads: async () => [DOWNLOAD, { ...DOWNLOAD, state: 'C', file: 'done.txt' }],
    stopShare: nothing,
    pauseDownload: nothing,
    resumeDownload: nothing,
    cancelDownload: async (_group, file) => ({ kept: file === 'done.txt' }),
    recheck: async () => ({ goodBytes: 512, totalBytes: 1024 }),
    waitDownloads: async () => ({ complete: 1 }),
    showPeers: async () => [PEER],
    setLimit: async (_, rate, group, file) => ({
      group: group ?? null,
      file: file ?? null,
      upLimit: rate ?? null,
      downLimit: null,
    }),
    limits: async () => ({
      rows: [
        { group: null, file: null, upLimit: 512_000, downLimit: null },
        { group: 'band', file: 'a b.txt', upLimit: null, downLimit: 1024 },
      ],
      lanExempt: false,
      schedule: [],
      scheduled: false,
    }),
    exemptLan: nothing,
  });
}

async function run(line: string, node = answering()): Promise<{ lines: string[]; node: FakeNode }> {
  const sink = new TextSink();
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(sink, 'xterm'), clock);
  await new CommandRunner(nodeCommands, node, output, clock).runLine(line, undefined, never);
  return { lines: sink.lines(), node };
}

test.each([
  ['login anna pw', ['SUCCESS: logged in as anna; 1 share, 2 unfinished downloads']],
  ['logout', ['SUCCESS: logged out']],
  ['change_password a b', ['SUCCESS: password changed']],
  ['create_group band', ['SUCCESS: created group band; others can now ask to join it: join_group band']],
  [
    'join_group band',
    [
      'SUCCESS: asked anna to let you into band; the code of your request is CODE1CODE2: tell it to anna, by phone say',
    ],
  ],
  ['cancel_request band', ['SUCCESS: your request to join band is taken back']],
  ['leave_group band', ['SUCCESS: left group band']],
  [
    'leave_group solo',
    ['SUCCESS: left group solo; you were the last in it, so it has ended, and its name stays taken'],
  ],
  ['delete_group band', ['SUCCESS: deleted group band']],
  ['accept_request band ben CODE1CODE2', ['SUCCESS: ben is now a member of band']],
  ['reject_request band ben', ['SUCCESS: rejected the request of ben to join band']],
  ['remove_member band ben', ['SUCCESS: ben is no longer a member of band']],
  ['stop_share band c.txt', ['SUCCESS: no longer sharing c.txt in band']],
  ['pause_download band c.txt', ['SUCCESS: paused c.txt']],
  ['resume_download band c.txt', ['SUCCESS: going on with c.txt']],
  ['cancel_download band c.txt', ['SUCCESS: cancelled c.txt']],
  ['cancel_download band done.txt', ['SUCCESS: done.txt is off the list; the file stays where it is']],
  ['recheck band c.txt', ['SUCCESS: c.txt: 50% of 1 KiB good; 512 bytes missing or damaged']],
  ['limit up 500k', ['SUCCESS: everything: up 500 KiB/s, down no limit']],
  ['limit both none band', ['SUCCESS: band: up no limit, down no limit']],
  ['limit down 2M band c.txt', ['SUCCESS: c.txt in band: up 2 MiB/s, down no limit']],
  [
    'limit sideways 2M',
    [
      'ERROR: INVALID_ARGUMENTS: <direction> is up or down or both, not "sideways"; use it like this: limit <direction> <speed> [group_id] [file_name]',
    ],
  ],
  [
    'limit up 500',
    [
      'ERROR: INVALID_ARGUMENTS: 500 is no speed: type 500k, 2.5M or 1G (KiB, MiB, GiB a second), or none for no limit',
    ],
  ],
  ['limit_lan exempt', ['SUCCESS: no limit holds in your own network']],
  ['wait_downloads 5', ['SUCCESS: 1 download complete']],
  ['quit', ['SUCCESS: bye']],
  ['exit', ['SUCCESS: bye']],
  ['download_file band "a b.txt" /x', ['SUCCESS: downloading a b.txt (1 KiB) -> /x/a b.txt']],
  [
    'upload_file /x/f band',
    ['NOTICE: left out: x (a link)', 'SUCCESS: sharing "a b.txt" in band (1 KiB, 2 files)'],
  ],
])('%s', async (line, lines) => {
  expect((await run(line)).lines).toEqual(lines);
});

test.each([
  ['list_groups', ['band\tanna\t2\towner', 'SUCCESS: 1 group']],
  ['list_requests band', ['ben\tCODE1CODE2\t1970-01-01T00:00:00.000Z', 'SUCCESS: 1 request']],
  ['list_members band', ['anna\towner\tonline\t1970-01-01T00:00:00.000Z', 'SUCCESS: 1 member']],
  [
    'list_files band',
    ['"a b.txt"\t1536\t1\t2\t0011aabb\tanna,ben', 'c.txt\t0\t0\t0\tffffffff\tben', 'SUCCESS: 2 files'],
  ],
  ['show_downloads', ['[D] [band] a b.txt', '[C] [band] done.txt', 'SUCCESS: 2 downloads']],
  [
    'limits',
    ['*\t*\t512000\t-', 'band\t"a b.txt"\t-\t1024', 'SUCCESS: 2 limits; your own network is limited'],
  ],
  ['show_peers band c.txt', ['ben\t10.0.0.2:6881\tout\t99\t2048\t0\t1000\t0\t-', 'SUCCESS: 1 peer']],
  ['whoami', [`anna\tCODE1CODE2\t2\t${'ab'.repeat(32)}`, 'SUCCESS: you are anna, connected to 2 trackers']],
])('rows of %s', async (line, lines) => {
  expect((await run(line)).lines).toEqual(lines);
});

test.each(['create_user anna pw', 'recover_user anna CODE pw'])(
  '%s prints the recovery code as a row before its SUCCESS',
  async (line) => {
    const { lines } = await run(line);
    expect(lines.slice(-2)).toEqual(['anna\tAAAAA-BBBBB', expect.stringMatching(/^SUCCESS: .*login anna$/)]);
  },
);

test('a weak password gets a notice', async () => {
  expect((await run('create_user anna pw')).lines[0]).toBe('NOTICE: weak password: it is a word');
});

test('status tells everything in rows', async () => {
  const status = {
    ...(await fakeNode().status()),
    user: 'anna',
    trackers: [{ address: '[::1]:7000', state: 'up' }],
  };
  const { lines } = await run('status', fakeNode({ status: async () => status }));
  expect(lines).toContain('tracker\t[::1]:7000\tup');
  expect(lines.at(-1)).toBe('SUCCESS: logged in as anna');
});

test('paths reach the node absolute, a slash at their end kept', async () => {
  const { node } = await run('upload_file ~/x band');
  await run('download_file band f ./down/', node);
  await run('download_file band f /a/../b', node);
  expect(node.asked).toEqual([
    `uploadFile ${join(homedir(), 'x')} band`,
    `downloadFile band f ${resolve('down')}/`,
    'downloadFile band f /b',
  ]);
});

test('help lists every command; the lesson of each has an example that is spelled right', async () => {
  const { lines } = await run('help');
  expect(lines.length).toBe(nodeCommands.length + 1);
  for (const command of nodeCommands) {
    const lesson = (await run(`help ${command.name}`)).lines;
    expect(lesson[0]?.split('\t')[0]).toBe(command.name);
    const { words, open } = splitWords(command.example);
    expect([words[0]?.text, open]).toEqual([command.name, undefined]);
    const rest = words.slice(1).map(({ text }) => text);
    expect(() => checkWords(command, rest, true, 'typed')).not.toThrow();
  }
  expect((await run('help dance')).lines[0]).toMatch(/^ERROR: UNKNOWN_COMMAND: /);
});

test.each([40, 60, 80, 200])(
  'at a terminal of %i columns help breaks lines between words',
  async (columns) => {
    for (const line of ['help', ...nodeCommands.map((command) => `help ${command.name}`)]) {
      const terminal = new PseudoTerminal(columns);
      const output = new TextOutput(new StreamScreen(terminal.output, 'xterm'), new FakeClock());
      await new CommandRunner(nodeCommands, answering(), output, new FakeClock()).runLine(
        line,
        undefined,
        never,
      );
      const told = terminal.raw.split('\n').filter((text) => !/^ {2}Example: |^SUCCESS: /.test(text));
      expect(Math.max(...told.map((text) => text.length))).toBeLessThan(columns);
    }
  },
);

test('at a terminal lists have headings, sizes in words, and none where there is nothing', async () => {
  const terminal = new PseudoTerminal(100);
  const screen = new StreamScreen(terminal.output, 'xterm');
  const clock = new FakeClock();
  const node = fakeNode({ listFiles: async (group) => (group === 'band' ? FILES : []) });
  const runner = new CommandRunner(nodeCommands, node, new TextOutput(screen, clock), clock);
  await runner.runLine('list_files band', undefined, never);
  await runner.runLine('list_files empty', undefined, never);
  expect(terminal.screen.lines()).toEqual([
    'FILE          SIZE  SEEDS  LEECHERS  CONTENT   SHARED BY',
    '"a b.txt"  1.5 KiB      1         2  0011aabb  anna,ben',
    'c.txt          0 B      0         0  ffffffff  ben',
    'SUCCESS: 2 files',
    'FILE  SIZE  SEEDS  LEECHERS  CONTENT  SHARED BY',
    'none',
    'SUCCESS: 0 files',
    '',
  ]);
});

test.each([
  { columns: 100, line: '[D] [band] a b.txt   ██████░░░░░░  50%  512 B of 1 KiB  256 B/s  2 s left  1 peer' },
  { columns: 60, line: '[D] [band] a b.txt   50%  256 B/s  2 s left  1 peer' },
])('show_downloads at a terminal of $columns columns', async ({ columns, line }) => {
  const terminal = new PseudoTerminal(columns);
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(terminal.output, 'xterm'), clock);
  await new CommandRunner(nodeCommands, answering(), output, clock).runLine(
    'show_downloads',
    undefined,
    never,
  );
  expect(terminal.screen.lines()[0]).toContain(line);
});

test('with --json each line is an object: rows, then the end', async () => {
  const sink = new TextSink();
  const output = new JsonOutput(new StreamScreen(sink, 'xterm'));
  const node = answering();
  const runner = new CommandRunner(nodeCommands, node, output, new FakeClock());
  for (const line of ['list_requests band', 'upload_file /f band', 'join_group', 'login anna pw'])
    await runner.runLine(line, undefined, never);
  expect(sink.lines().map((line) => JSON.parse(line) as unknown)).toEqual([
    { type: 'row', command: 'list_requests', user: 'ben', code: 'CODE1CODE2', atMs: 0, invited: false },
    { type: 'success', command: 'list_requests', text: '1 request', count: 1 },
    { type: 'notice', text: 'left out: x (a link)' },
    { type: 'success', command: 'upload_file', text: expect.any(String), ...UPLOADED },
    { type: 'error', command: 'join_group', code: 'INVALID_ARGUMENTS', text: expect.any(String) },
    { type: 'success', command: 'login', text: expect.any(String), user: 'anna', shares: 1, downloads: 2 },
  ]);
});

test('names from the network cannot write on the terminal', async () => {
  const evil = 'x\x1b[2J\nSUCCESS: done\u202e';
  const node = fakeNode({
    listFiles: async () => [{ ...FILES[0]!, file: evil, sharers: [evil] }],
    joinGroup: async () => ({ owner: evil, code: evil }),
    leaveGroup: async () => {
      throw new CommandError('CONFLICT', evil);
    },
  });
  const terminal = new PseudoTerminal(200);
  const clock = new FakeClock();
  const output = new TextOutput(new StreamScreen(terminal.output, 'dumb'), clock);
  const runner = new CommandRunner(nodeCommands, node, output, clock);
  for (const line of ['list_files g', 'join_group g', 'leave_group g'])
    await runner.runLine(line, undefined, never);
  output.event({ type: 'notice', text: evil });
  output.event({ type: 'failed', group: evil, file: evil, code: 'IO_ERROR', text: evil });
  expect(terminal.raw.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(terminal.raw.split('\n').filter((line) => line.startsWith('SUCCESS')).length).toBe(2);
});
