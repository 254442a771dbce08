import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mbt } from './harness/mbt-process.ts';
import { hasTerminals } from './harness/mbt-terminal.ts';
import { NodeUser } from './harness/node-stage.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

/** Processes may be slow beside others. */
const SOON = { timeout: 20_000 };
let workspace: Workspace;
let anna: NodeUser;
const users: NodeUser[] = [];
const user = (name: string): NodeUser => {
  const made = new NodeUser(workspace, name);
  users.push(made);
  return made;
};

beforeAll(async () => {
  workspace = await Workspace.open(1);
  anna = await user('anna').begins();
  await anna.ok(['create_group', 'band']);
  await writeFile(workspace.path('song.txt'), 'la la la');
  await anna.ok(['upload_file', workspace.path('song.txt'), 'band']);
});
afterAll(async () => {
  for (const each of users) await each.stop();
  await workspace.close();
});

const invitation = async (...options: string[]): Promise<string> =>
  (await anna.ok(['invite', 'band', ...options]))[0] ?? '';

describe('mbt alone', () => {
  test('explains itself in about ten lines, none wider than the screen', async () => {
    const alone = workspace.process('nobody', []);
    expect(await alone.exit()).toBe(0);
    expect(alone.lines.length).toBeLessThan(13);
    expect(Math.max(...alone.lines.map((line) => line.length))).toBeLessThan(80);
    expect(alone.lines.join('\n')).toMatch(/mbt join .*\n.*mbt web .*\n.*mbt node start/);
  });
});

describe('an invitation', () => {
  test.skipIf(!hasTerminals)('leads through account, request and waiting to the files', async () => {
    const ben = user('ben');
    const link = await invitation();
    const terminal = ben.terminal(['join', link], 120);
    await terminal.sees('anna invites you to the group band');
    await terminal.sees('Have you an account with these people already? [y/N]');
    terminal.type('\r');
    await terminal.sees('Choose a name for it:');
    terminal.type('anna\r');
    await terminal.sees('Choose a password:');
    terminal.type(`${PASSWORD}\r`);
    await terminal.sees('The same again:');
    terminal.type(`${PASSWORD}\r`);
    // What was mistyped, a name that somebody has for one, is asked for again.
    await terminal.sees('WARNING: ');
    await terminal.prompts('Have you an account with these people already? [y/N]');
    terminal.type('\r');
    await terminal.prompts('Choose a name for it:');
    terminal.type('ben\r');
    await terminal.prompts('Choose a password:');
    terminal.type(`${PASSWORD}\r`);
    await terminal.prompts('The same again:');
    terminal.type(`${PASSWORD}\r`);
    await terminal.sees('Recovery code of ben, shown only now');
    await terminal.sees('Log in by itself when this machine restarts? [Y/n]');
    terminal.type('\r');
    await terminal.sees('waiting for the answer');
    terminal.type('\x03');
    await terminal.sees('your request to join band stands');
    expect(await terminal.exit()).toBe(0);
    expect(terminal.raw).not.toContain(PASSWORD);

    expect((await anna.ok(['list_requests', 'band'])).join()).toMatch(/^ben\t/);
    const again = ben.terminal(['join', link], 120);
    await again.sees('waiting for the answer');
    await anna.ok(['accept_request', 'band', 'ben']);
    await again.sees('you are a member of band, which has 1 file');
    expect(again.screen.text()).toContain('song.txt');
    expect(await again.exit()).toBe(0);
  });

  test.skipIf(!hasTerminals)('that is left once the account is made tells how to go on with it', async () => {
    const tim = user('tim');
    const terminal = tim.terminal(['join', await invitation(), '--new', 'tim'], 120);
    await terminal.sees('Choose a password:');
    terminal.type(`${PASSWORD}\r`);
    await terminal.sees('The same again:');
    terminal.type(`${PASSWORD}\r`);
    await terminal.sees('Log in by itself when this machine restarts? [Y/n]');
    terminal.type('\x03');
    await terminal.sees('ERROR: INTERRUPTED: the account tim is made, and not logged in');
    expect(await terminal.exit()).toBe(1);
    const again = await tim.mbt(['join', await invitation(), '--user', 'tim'], PASSWORD);
    expect(again).toMatchObject({
      code: 0,
      said: expect.stringContaining('your request to join band stands'),
    });
  });

  test('that is withdrawn says so to whoever comes with it', async () => {
    const link = await invitation('--auto');
    const id = (await anna.ok(['list_invitations', 'band'])).find((row) =>
      row.includes('\topen\t0/1\tby itself'),
    );
    await anna.ok(['withdraw_invitation', 'band', id?.split('\t')[0] ?? '']);
    const eve = await user('eve').mbt(['join', link, '--new', 'eve', '--wait'], PASSWORD);
    expect(eve).toMatchObject({ code: 1, said: expect.stringMatching(/^ERROR: REFUSED: .*withdrawn/m) });
  });

  test('that was used up says so', async () => {
    const link = await invitation('--auto');
    expect(await user('kim').mbt(['join', link, '--new', 'kim', '--wait'], PASSWORD)).toMatchObject({
      code: 0,
    });
    const lou = await user('lou').mbt(['join', link, '--new', 'lou', '--wait'], PASSWORD);
    expect(lou).toMatchObject({ code: 1, said: expect.stringMatching(/^ERROR: REFUSED: .*used/m) });
  });

  test.each([
    { why: 'cut off', change: (link: string) => link.slice(0, -9), says: 'damaged or cut off' },
    { why: 'something else', change: () => 'https://example.org/', says: 'that is no invitation' },
  ])('that is $why starts nothing', async ({ change, says }) => {
    const zoe = new NodeUser(workspace, 'zoe');
    const ran = await zoe.mbt(['join', change(await invitation())]);
    expect(ran).toMatchObject({ code: 1, said: expect.stringContaining(says) });
    expect((await zoe.mbt(['node', 'status'])).code).toBe(3);
  });

  test('without a terminal the name must be given', async () => {
    const pat = await user('pat').mbt(['join', await invitation()]);
    expect(pat).toMatchObject({ code: 1, said: expect.stringContaining('add --new NAME or --user NAME') });
  });
});

describe('mbt web', () => {
  test('starts a node if none runs, and prints a link that works once', async () => {
    const dan = user('dan');
    const ran = await dan.mbt(['web', '--no-open']);
    expect(ran).toMatchObject({ code: 0, said: expect.stringContaining('started a node in the background') });
    expect(ran.rows).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{40,}$/)]);
    expect(await dan.property('state')).toBe('not-set-up');
  });

  test('opens it where there is a display', async () => {
    const opened = workspace.path('opened');
    await mkdir(workspace.path('programs'));
    const program = workspace.path('programs', 'xdg-open');
    await writeFile(program, `#!/bin/sh\necho "$1" > ${opened}.new && mv ${opened}.new ${opened}\n`);
    await chmod(program, 0o755);
    const environment = {
      PATH: `${workspace.path('programs')}:${process.env['PATH']}`,
      HOME: workspace.path('home'),
      DISPLAY: ':9',
    };
    const ran = spawnSync(mbt, ['web', '--data', anna.dataDir], { env: environment, encoding: 'utf8' });
    expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining('the page opens in your browser')]);
    await expect.poll(() => readFile(opened, 'utf8').catch(() => ''), SOON).toBe(ran.stdout);
  });
});

test('node run in the foreground says its goodbyes when it is stopped', async () => {
  const tom = new NodeUser(workspace, 'tom');
  const options = ['--trackers', workspace.trackersFile, '--listen', '127.0.0.1:0', '--no-desktop'];
  const node = tom.begin(['node', 'run', ...options]);
  await expect.poll(() => node.stderr, SOON).toContain('runs (pid');
  expect(await node.stop('SIGTERM')).toBe(0);
  expect(node.stderr).toContain('SUCCESS: node ended');
  expect(await readFile(`${tom.dataDir}/node.log`, 'utf8')).toContain('"node.ended"');
});
