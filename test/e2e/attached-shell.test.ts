import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasTerminals } from './harness/mbt-terminal.ts';
import { NodeUser } from './harness/node-stage.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

let workspace: Workspace;
let anna: NodeUser;
beforeAll(async () => {
  workspace = await Workspace.open(1);
  anna = await new NodeUser(workspace, 'anna').begins();
});
afterAll(async () => {
  await anna.stop();
  await workspace.close();
});

test('a shell attaches; leaving it leaves the node running', async () => {
  const shell = anna.begin(['shell']);
  await shell.ok('create_group band');
  expect(await shell.ok('whoami')).toEqual([expect.stringMatching(/^anna\t/)]);
  shell.type('quit');
  expect(await shell.exit()).toBe(0);
  expect(await anna.ok(['list_groups'])).toEqual(['band\tanna\t1\towner']);
});

test('a client whose folder a node has attaches and says so', async () => {
  const client = workspace.process('anna', [
    'client',
    '127.0.0.1:0',
    workspace.trackersFile,
    '--data',
    anna.dataDir,
  ]);
  await client.sees(/^NOTICE: a node in the background has .*: this shell speaks to it/);
  expect(await client.ok('list_groups')).toEqual(['band\tanna\t1\towner']);
  client.end();
  expect(await client.exit()).toBe(0);
  expect(await anna.property('state')).toBe('logged-in');
});

test('a shell without a node says what to do', async () => {
  expect(await new NodeUser(workspace, 'zoe').mbt(['shell'])).toMatchObject({
    code: 3,
    said: expect.stringMatching(/^ERROR: NO_NODE: no node runs in the background: mbt node start --data /),
  });
});

test.skipIf(!hasTerminals)('at a terminal it has the prompt, completion and news of the node', async () => {
  const terminal = anna.terminal(['shell']);
  await terminal.sees('speaking to the node in the background');
  await terminal.prompts('anna>');
  terminal.type('list_files ba\t');
  await terminal.prompts('anna> list_files band');
  terminal.type('\r');
  await terminal.sees('SUCCESS: 0 files');
  const other = anna.begin(['shell']);
  expect((await other.run('logout')).end).toContain('the node in the background runs on');
  await terminal.prompts('mbt>');
  await other.ok(`login anna ${PASSWORD} --remember`);
  await terminal.prompts('anna>');
  other.end();
  await other.exit();
  terminal.type('quit\r');
  expect(await terminal.exit()).toBe(0);
  expect(await anna.property('state')).toBe('logged-in');
});

test.skipIf(!hasTerminals)('a password is asked for unseen, by a command alone as well', async () => {
  const terminal = anna.terminal(['change_password']);
  await terminal.sees('Old password:');
  terminal.type(`${PASSWORD}\r`);
  await terminal.sees('New password:');
  terminal.type('eight-otters-dive\r');
  await terminal.sees('The same again:');
  terminal.type('eight-otters-dive\r');
  await terminal.sees('SUCCESS: password changed');
  expect(await terminal.exit()).toBe(0);
  expect(terminal.raw).not.toContain('otters');
});
