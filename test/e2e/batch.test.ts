import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

let workspace: Workspace;
let anna: MbtProcess;
beforeAll(async () => {
  workspace = await Workspace.open(1);
  anna = await workspace.member('anna');
  await writeRandomFile(workspace.path('song.mp3'), 3 * 2 ** 20, 4);
  await anna.ok('create_group band');
  await anna.ok(`upload_file ${workspace.path('song.mp3')} band`);
});
afterAll(() => workspace.close());

test('a script runs in order, waits for its downloads, and leaves with 0', async () => {
  const setUp = await workspace.member('ben');
  await setUp.ok('join_group band');
  await anna.ok('accept_request band ben');
  setUp.end();
  expect(await setUp.exit()).toBe(0);
  await mkdir(workspace.path('ben'));
  const ben = workspace.client('ben');
  ben.type('# a script');
  ben.type(`login ben ${PASSWORD}`);
  ben.type(`download_file band song.mp3 ${workspace.path('ben')}/`);
  ben.end();
  expect(await ben.exit()).toBe(0);
  const said = ben.lines.map((line) => line.split(':')[0]).filter((tag) => tag !== 'NOTICE');
  expect(said).toEqual(['SUCCESS', 'SUCCESS', 'COMPLETE']);
});

test('it leaves with 1 if any command failed, having run the others', async () => {
  const client = workspace.client('ben');
  client.type('list_groups');
  client.type(`login ben ${PASSWORD}`);
  client.end();
  expect(await client.exit()).toBe(1);
  expect(client.lines[0]).toMatch(/^ERROR: NOT_LOGGED_IN: /);
  expect(client.lines[1]).toMatch(/^SUCCESS: logged in as ben/);
});

test('--stay goes on sharing until it is told to stop', async () => {
  const ben = workspace.client('ben', '--stay');
  ben.type(`login ben ${PASSWORD}`);
  ben.end();
  await ben.sees(/^SUCCESS: logged in as ben; 1 share/);
  await expect
    .poll(() => anna.ok('list_files band'))
    .toEqual([expect.stringMatching(/^song.mp3\t3145728\t2\t0\t/)]);
  expect(ben.running).toBe(true);
  expect(await ben.stop('SIGTERM')).toBe(0);
});

test('Ctrl-C ends a waiting script as a signal does, and closes the client', async () => {
  const client = workspace.client('ben');
  await client.ok(`login ben ${PASSWORD}`);
  expect(await client.stop('SIGINT')).toBe(130);
  await expect
    .poll(async () => (await anna.ok('list_members band')).find((row) => row.startsWith('ben')))
    .toMatch(/\toffline\t/);
});

test('--json prints an object a line', async () => {
  const client = workspace.client('ben', '--json');
  for (const line of ['dance', `login ben ${PASSWORD}`, 'list_files band', 'quit']) client.type(line);
  expect(await client.exit()).toBe(1);
  const objects = client.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const commands = objects.filter(({ type }) => ['row', 'success', 'error'].includes(String(type)));
  expect(commands.map(({ type, command, code }) => [type, command, code])).toEqual([
    ['error', 'dance', 'UNKNOWN_COMMAND'],
    ['success', 'login', undefined],
    ['row', 'list_files', undefined],
    ['success', 'list_files', undefined],
    ['success', 'quit', undefined],
  ]);
  expect(commands[2]).toMatchObject({ file: 'song.mp3', size: 3145728, sharers: ['anna', 'ben'] });
});

test('several clients without --data keep apart', async () => {
  const args = ['client', '127.0.0.1:0', workspace.trackersFile];
  const clients = [1, 2, 3].map((n) => workspace.process(`client ${n}`, args));
  const folders = await Promise.all(
    clients.map(async (client) => (await client.ok('status')).find((row) => row.startsWith('data\t'))),
  );
  expect(new Set(folders).size).toBe(3);
  for (const client of clients) client.end();
  expect(await Promise.all(clients.map((client) => client.exit()))).toEqual([0, 0, 0]);
});

test('a data folder in use is refused, and free again after SIGKILL', async () => {
  const first = workspace.client('twice');
  await first.ok('status');
  const second = workspace.client('twice');
  expect(await second.exit()).toBe(1);
  expect(second.stderr).toMatch(/^ERROR: [A-Z_]+: /);
  await first.stop('SIGKILL');
  const third = workspace.client('twice');
  await third.ok('status');
});

test('--min-password refuses what else gets a notice', async () => {
  const lax = workspace.client('lax');
  await lax.ok('create_user weakling password1');
  expect(lax.lines.some((line) => line.startsWith('NOTICE: weak password'))).toBe(true);
  const strict = workspace.client('strict', '--min-password');
  expect(await strict.fails('create_user weakling2 password1')).toBe('WEAK_PASSWORD');
});

test('a flood of input is refused, not kept', async () => {
  const client = workspace.client('flood');
  const line = 'x'.repeat(1 << 20);
  for (let at = 0; at < 16; at += 1) client.child.stdin?.write(line);
  client.type('');
  await client.sees(/^ERROR: /);
  await client.ok('status').catch(() => client.ok('status'));
  client.end();
  expect(await client.exit()).toBe(1);
});

test('the list of trackers may be written in all the ways it allows', async () => {
  const port = /:(\d+)/.exec(await workspace.trackers[0]!.sees(/^SUCCESS: tracker/))?.[1];
  await writeFile(workspace.path('list.txt'), `# ours\r\n\r\n127.0.0.1 ${port}`);
  const client = workspace.process('other list', [
    'client',
    '127.0.0.1:0',
    'list.txt',
    '--data',
    workspace.path('d'),
  ]);
  await client.ok(`login anna ${PASSWORD}`);
  client.end();
  expect(await client.exit()).toBe(0);
});
