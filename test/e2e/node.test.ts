import { existsSync } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileHash, writeRandomFile } from './harness/files.ts';
import { hasTerminals } from './harness/mbt-terminal.ts';
import { NodeUser } from './harness/node-stage.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

const FILE_BYTES = 5_000_000;
/** Processes may be slow beside others. */
const SOON = { timeout: 20_000 };
let workspace: Workspace;
const users: NodeUser[] = [];
const user = (name: string): NodeUser => {
  const made = new NodeUser(workspace, name);
  users.push(made);
  return made;
};

beforeAll(async () => {
  workspace = await Workspace.open(2);
  await writeRandomFile(workspace.path('a song.bin'), FILE_BYTES, 1);
});
afterAll(async () => {
  for (const each of users) await each.stop();
  await workspace.close();
});

describe('the process', () => {
  test('starts, answers, is one, keeps its settings, stops', async () => {
    const lea = user('lea');
    expect((await lea.mbt(['node', 'status'])).code).toBe(3);
    const trackers = ['--trackers', workspace.trackersFile];
    const started = await lea.mbt(['node', 'start', ...trackers, '--listen', '127.0.0.1:0', '--no-desktop']);
    expect(started).toMatchObject({ code: 0, said: expect.stringContaining('SUCCESS: node started (pid ') });
    const pid = await lea.pid();
    expect(started.said).toContain(`(pid ${pid})`);
    const again = await lea.mbt(['node', 'start']);
    expect(again.said).toContain(`already running (pid ${pid})`);
    await expect.poll(async () => (await lea.property('listening'))?.endsWith(':0'), SOON).toBe(false);
    const listening = await lea.property('listening');
    const page = await lea.property('page');
    for (const name of ['node.json', 'node.log', 'node.sock'])
      expect((await stat(join(lea.dataDir, name))).mode & 0o777, name).toBe(0o600);

    expect((await lea.mbt(['node', 'stop'])).said).toContain(`SUCCESS: node stopped (pid ${pid})`);
    expect((await lea.mbt(['node', 'stop'])).code).toBe(3);
    await lea.ok(['node', 'start']);
    expect([await lea.property('listening'), await lea.property('page')]).toEqual([listening, page]);
    expect((await lea.ok(['node', 'log'])).join('\n')).toContain('node.serving');
  });

  test('that is set up late keeps its port and the options that came with the trackers', async () => {
    const kai = user('kai');
    await kai.ok(['node', 'start', '--listen', '127.0.0.1:0', '--no-desktop']);
    await kai.ok(['node', 'start', '--trackers', workspace.trackersFile, '--on-event', 'cat']);
    const kept = async (): Promise<unknown> =>
      JSON.parse(await readFile(join(kai.dataDir, 'node.json'), 'utf8'));
    const port = Number((await kai.property('listening'))?.split(':').at(-1));
    await expect.poll(kept, SOON).toMatchObject({ listenPort: port });
    expect(await kept()).toMatchObject({ onEvent: 'cat', desktop: false });
  });

  test.skipIf(!hasTerminals)('outlives the terminal in which it was started', async () => {
    const tim = user('tim');
    const terminal = tim.terminal(['node', 'start', '--trackers', workspace.trackersFile, '--no-desktop']);
    await terminal.sees('SUCCESS: node started');
    await terminal.stop();
    expect(await tim.property('state')).toBe('logged-out');
  });

  test('says what is wrong when it does not start', async () => {
    const max = user('max');
    const taken = (await user('lea').property('listening')) ?? '';
    const trackers = ['--trackers', workspace.trackersFile];
    const ran = await max.mbt(['node', 'start', ...trackers, '--listen', taken, '--no-desktop']);
    expect(ran).toMatchObject({ code: 1, said: expect.stringMatching(/^ERROR: PORT_IN_USE: /m) });
  });

  test('that could not be set up keeps its folder for itself', async () => {
    const jim = user('jim');
    const taken = (await user('lea').property('listening')) ?? '';
    await jim.ok(['node', 'start', '--listen', taken, '--no-desktop']);
    const trackers = ['--trackers', workspace.trackersFile];
    expect((await jim.mbt(['node', 'start', ...trackers])).said).toContain('ERROR: PORT_IN_USE: ');
    expect(await jim.property('state')).toBe('not-set-up');
    const other = await jim.mbt(['node', 'run']);
    expect(other).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^ERROR: CONFLICT: another process .*\(mbt node stop --data /m),
    });
  });

  test('a shell in the foreground that has the folder is told apart', async () => {
    const sam = user('sam');
    const shell = workspace.process('sam', [
      'client',
      '127.0.0.1:0',
      workspace.trackersFile,
      '--data',
      sam.dataDir,
    ]);
    await shell.ok('status');
    for (const words of [['node', 'start'], ['list_groups']])
      expect(await sam.mbt(words)).toMatchObject({
        code: 3,
        said: expect.stringMatching(/a shell that was started by mbt client has .*quit it/),
      });
    shell.type('quit');
    await shell.exit();
  });
});

describe('commands one at a time', () => {
  let anna: NodeUser;
  let ben: NodeUser;
  beforeAll(async () => {
    anna = await user('anna').begins();
    ben = user('ben');
    await anna.ok(['create_group', 'band']);
    await anna.ok(['upload_file', workspace.path('a song.bin'), 'band']);
  });

  test('a fresh machine gets from an invitation to the files', async () => {
    const [link = ''] = await anna.ok(['invite', 'band', '--auto', '--expires', '1d']);
    const joined = await ben.mbt(['join', link, '--new', 'ben', '--remember', '--wait'], PASSWORD);
    expect(joined).toMatchObject({ code: 0, said: expect.stringContaining('you are a member of band') });
    expect(joined.rows.at(-1)).toMatch(/^"a song\.bin"\t5000000\t1\t/);
    const next = await ben.mbt(['join', link]);
    expect(next).toMatchObject({ code: 0, said: expect.stringContaining('you are a member of band') });
  });

  test('download_file --wait returns when the file is there', async () => {
    const place = workspace.path('here.bin');
    const ran = await ben.mbt(['download_file', 'band', 'a song.bin', place, '--wait']);
    expect(ran).toMatchObject({ code: 0, rows: [], said: expect.stringMatching(/^SUCCESS: complete: /) });
    expect(await fileHash(place)).toBe(await fileHash(workspace.path('a song.bin')));
    expect(await ben.ok(['show-downloads'])).toEqual(['[C] [band] a song.bin']);
  });

  test('the exit code tells how it went', async () => {
    const code = async (...words: string[]): Promise<number> => (await ben.mbt(words)).code;
    expect(await code('list_files', 'band')).toBe(0);
    expect(await code('list_files', 'nobody')).toBe(1);
    expect(await code('list_files')).toBe(2);
    expect(await code('list_flies', 'band')).toBe(2);
    expect(await code('list_files', 'band', '--fast')).toBe(2);
    expect(await new NodeUser(workspace, 'zoe').mbt(['list_files', 'band'])).toMatchObject({ code: 3 });
  });

  test('passwords are never arguments, and are read as lines', async () => {
    const typed = await ben.mbt(['change_password', PASSWORD, 'eight-otters-dive']);
    expect(typed).toMatchObject({
      code: 2,
      said: expect.stringContaining('passwords and codes are never arguments'),
    });
    expect((await ben.mbt(['change_password'])).code).toBe(2);
    const wrong = await ben.mbt(['change_password'], 'not-it', 'eight-otters-dive');
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('WRONG_PASSWORD') });
    await ben.ok(['change_password'], PASSWORD, 'eight-otters-dive');
  });

  test('--json prints objects alone, errors as well', async () => {
    const { rows, said } = await ben.mbt(['list-groups', '--json']);
    expect(said).toBe('');
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual([
      { type: 'row', command: 'list_groups', group: 'band', owner: 'anna', members: 2, you: 'member' },
      { type: 'success', command: 'list_groups', text: '1 group', count: 1 },
    ]);
    const failed = await ben.mbt(['--json', 'list_files', 'nobody']);
    expect(JSON.parse(failed.rows.join())).toMatchObject({ type: 'error', code: 'NO_SUCH_GROUP' });
  });

  test('Ctrl-C ends the waiting, not the download', async () => {
    await writeRandomFile(workspace.path('slow.bin'), FILE_BYTES, 2);
    await anna.ok(['upload_file', workspace.path('slow.bin'), 'band']);
    await anna.ok(['limit', 'up', '100k', 'band', 'slow.bin']);
    const waiting = ben.begin([
      'download_file',
      'band',
      'slow.bin',
      workspace.path('slow-copy.bin'),
      '--wait',
    ]);
    await expect
      .poll(async () => (await ben.ok(['show_downloads'])).join(), SOON)
      .toContain('[D] [band] slow.bin');
    expect(await waiting.stop('SIGINT')).toBe(130);
    expect(waiting.stderr).toContain('INTERRUPTED');
    expect(await ben.ok(['show_downloads'])).toContain('[D] [band] slow.bin');
    await ben.ok(['cancel_download', 'band', 'slow.bin']);
  });

  test('doctor finds nothing wrong, with a node and without', async () => {
    expect((await ben.mbt(['doctor'])).rows.map((row) => row.split('\t').slice(0, 2).join(' '))).toEqual([
      'tracker good',
      'tracker good',
      'port good',
      'clock good',
      'disk good',
      'version good',
    ]);
    const alone = await new NodeUser(workspace, 'eva').mbt(['doctor', '--trackers', workspace.trackersFile]);
    expect(alone).toMatchObject({ code: 0, said: expect.stringContaining('nothing is wrong') });
    expect((await new NodeUser(workspace, 'eva').mbt(['doctor'])).said).toContain('NOT_SET_UP');
  });

  const memory = '/dev/shm';
  test.skipIf(!existsSync(memory))('doctor without a node looks at the disk of its data', async () => {
    const data = join(memory, 'not', 'made');
    const ran = workspace.process('eva', [
      'doctor',
      '--trackers',
      workspace.trackersFile,
      '--json',
      '--data',
      data,
    ]);
    expect(await ran.exit()).toBe(0);
    const told: number = JSON.parse(ran.lines.at(-1) ?? '').diagnosis.freeBytes;
    const [there, elsewhere] = await Promise.all([memory, tmpdir()].map((folder) => statfs(folder)));
    const isOff = (disk: typeof there): number => Math.abs(told - (disk?.bavail ?? 0) * (disk?.bsize ?? 0));
    expect(isOff(there)).toBeLessThan(isOff(elsewhere));
  });

  test('after a power cut everything is shared again, without a password', async () => {
    process.kill(await anna.pid(), 'SIGKILL');
    await expect.poll(async () => (await anna.mbt(['node', 'status'])).code, SOON).toBe(3);
    await anna.ok(['node', 'start']);
    expect(await anna.property('user')).toBe('anna');
    await anna.ok(['limit', 'up', 'none', 'band', 'slow.bin']);
    await ben.ok(['download_file', 'band', 'slow.bin', workspace.path('fast.bin'), '--wait']);
    const kept = await readFile(join(anna.dataDir, 'login.json'), 'utf8');
    expect(kept).not.toContain(PASSWORD);
  });
});
