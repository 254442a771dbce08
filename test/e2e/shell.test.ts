import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { hasTerminals, type MbtTerminal } from './harness/mbt-terminal.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

const MIB = 2 ** 20;
const testAtTerminal = test.skipIf(!hasTerminals);

let workspace: Workspace;
let ben: MbtProcess;
let anna: MbtTerminal;

/** Anna sits at a terminal; ben is a member who shares what she fetches. */
beforeAll(async () => {
  workspace = await Workspace.open(1);
  await writeRandomFile(workspace.path('ben', 'Japan Tour.jpg'), 8 * MIB, 2);
  // Nothing but a hole: it takes no room, and long to hash.
  await writeFile(workspace.path('ben', 'large'), '');
  await truncate(workspace.path('ben', 'large'), 16 * 1024 * MIB);
  await mkdir(workspace.path('My Folder'));
  ben = await workspace.member('ben');
  await ben.ok('create_group band');
  await ben.ok(`upload_file "${workspace.path('ben', 'Japan Tour.jpg')}" band`);
});
afterAll(() => workspace.close());

testAtTerminal('an account by hidden passwords, typed twice', async () => {
  anna = workspace.terminal('anna');
  await anna.prompts('mbt> ');
  anna.type('create_user anna\r');
  await anna.prompts('New password: ');
  anna.type(`${PASSWORD}\r`);
  await anna.prompts('The same again: ');
  anna.type('something-else-entirely\r');
  await anna.sees('ERROR: INVALID_ARGUMENTS: the two passwords differ');
  anna.type('create_user anna\r');
  await anna.prompts('New password: ');
  anna.type(`${PASSWORD}\r`);
  await anna.prompts('The same again: ');
  anna.type(`${PASSWORD}\r`);
  await anna.sees('Recovery code of anna');
  await anna.sees('SUCCESS: created user anna');
  anna.type('login anna\r');
  await anna.prompts('Password: ');
  anna.type('\x03');
  await anna.sees('ERROR: INTERRUPTED');
  anna.type('login anna\r');
  await anna.prompts('Password: ');
  anna.type(`${PASSWORD}\r`);
  await anna.prompts('anna> ');
  expect(anna.raw).not.toContain(PASSWORD);
  expect(anna.raw).not.toContain('something-else');
});

testAtTerminal('news appear above what is being typed', async () => {
  await anna.run('join_group band');
  anna.type('list_fi');
  await anna.prompts('anna> list_fi');
  await ben.ok('accept_request band anna');
  await anna.sees('NOTICE: ');
  await anna.prompts('anna> list_fi');
  anna.type('\x03');
  await anna.prompts('anna> ');
});

testAtTerminal('lists have headings, and none where there is nothing', async () => {
  await anna.run('show_downloads');
  await anna.run('list_files band');
  const lines = anna.screen.lines();
  expect(lines.some((line) => /^FILE +SIZE +SEEDS +LEECHERS +CONTENT +SHARED BY$/.test(line))).toBe(true);
  expect(lines.some((line) => /^"Japan Tour.jpg" +8 MiB +1 +0 +[0-9a-f]{8} +ben$/.test(line))).toBe(true);
  expect(lines).toContain('none');
});

testAtTerminal('Tab completes commands, groups, files and paths, quoted as they need it', async () => {
  anna.type('downl\t');
  await anna.prompts('anna> download_file');
  anna.type('ba\t');
  await anna.prompts('anna> download_file band');
  anna.type('"Ja\t');
  await anna.prompts('anna> download_file band "Japan Tour.jpg"');
  anna.type(`${workspace.path('My')}\t`);
  await anna.sees(String.raw`My\ Folder/`);
  anna.type('\r');
  await anna.sees('COMPLETE: [band] Japan Tour.jpg -> ');
  await anna.prompts('anna> ');
  expect(await stat(workspace.path('My Folder', 'Japan Tour.jpg'))).toMatchObject({ size: 8 * MIB });
});

testAtTerminal('hashing shows progress; Ctrl-C stops it, and nothing is shared', async () => {
  anna.type(`upload_file ${workspace.path('ben', 'large')} band\r`);
  await anna.sees('%');
  anna.type('\x03');
  await anna.sees('ERROR: INTERRUPTED');
  await anna.prompts('anna> ');
  await anna.run('list_files band');
  expect(anna.screen.lines().some((line) => line.startsWith('large '))).toBe(false);
});

testAtTerminal('help teaches with an example', async () => {
  await anna.run('help');
  await anna.sees('help <command> tells more');
  await anna.run('help upload_file');
  await anna.sees('Example: upload_file ');
});

testAtTerminal(
  'history comes back in the next session, without passwords, readable by its owner alone',
  async () => {
    anna.type('quit\r');
    expect(await anna.exit()).toBe(0);
    const path = workspace.path('client-anna', 'history');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain(PASSWORD);
    anna = workspace.terminal('anna');
    await anna.prompts('mbt> ');
    anna.type('\x1b[A\x1b[A');
    await anna.prompts('mbt> help upload_file');
    anna.type('\x03\x03');
    await anna.sees('Ctrl-C again');
    anna.type('\x03');
    expect(await anna.exit()).toBe(0);
  },
);

describe('terminals of every kind', () => {
  testAtTerminal('NO_COLOR is heeded; without it, tags have colours', async () => {
    const plain = workspace.terminal('plain', 80, { NO_COLOR: '1' });
    await plain.prompts('mbt> ');
    await plain.run('status');
    expect(plain.raw).not.toMatch(/\p{Cc}\[\d+m/u);
    plain.type('\x04');
    expect(await plain.exit()).toBe(0);
    const coloured = workspace.terminal('coloured');
    await coloured.prompts('mbt> ');
    await coloured.run('status');
    expect(coloured.raw).toContain('\x1b[32mSUCCESS:');
    coloured.type('quit\r');
    expect(await coloured.exit()).toBe(0);
  });

  testAtTerminal('a terminal that goes away takes its client with it', async () => {
    const terminal = workspace.terminal('gone', 30);
    await terminal.prompts('mbt> ');
    await terminal.stop();
  });
});
