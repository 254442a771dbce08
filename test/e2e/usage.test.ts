import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MbtProcess, mbt } from './harness/mbt-process.ts';
import { Workspace } from './harness/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await Workspace.open();
  await writeFile(workspace.path('good.txt'), '127.0.0.1:7777\n');
});
afterAll(() => workspace.close());

/** Runs `mbt` with the words of `line` to its end. */
async function run(line: string) {
  const process = workspace.process('mbt', line === '' ? [] : line.split(' '));
  process.end();
  const code = await process.exit();
  return { code, out: process.lines.join('\n'), err: process.stderr };
}

test('mbt alone explains itself and what to do next', async () => {
  const { code, out, err } = await run('');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/mbt join .*\n.*mbt web .*\n.*mbt node start .*\n.*mbt tracker tracker_info\.txt 1/);
});

test.each([
  { line: '--version', says: /^\d+\.\d+\.\d+$/ },
  { line: 'help', says: /client .*\n.*tracker /s },
  { line: 'help client', says: /--stay/ },
  { line: 'help --json', says: /list_files <group_id>/ },
  { line: '--json help list_files', says: /^mbt list_files <group_id>/ },
  { line: '--json', says: /list_files <group_id>/ },
  { line: '--json client --help', says: /--stay/ },
])('mbt $line', async ({ line, says }) => {
  const { code, out } = await run(line);
  expect(code).toBe(0);
  expect(out).toMatch(says);
});

test.each([
  { why: 'an unknown option', line: 'client 127.0.0.1:0 good.txt --loud', says: '--loud' },
  { why: 'an unknown command', line: 'serve', says: 'serve' },
  { why: 'an address without a port', line: 'client 127.0.0.1 good.txt', says: '<ip>:<port>' },
  { why: 'a port that is none', line: 'client 127.0.0.1:70000 good.txt', says: '65535' },
  { why: 'a name for an address', line: 'client here:1 good.txt', says: 'no IP address' },
  { why: 'no list of trackers', line: 'client 127.0.0.1:0', says: 'tracker_info.txt' },
  { why: 'a line that is no number', line: 'tracker good.txt one', says: 'number of a line' },
])('wrong usage ends with 2: $why', async ({ line, says }) => {
  const { code, out, err } = await run(line);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(says);
  expect(err).not.toMatch(/^ +at /m); // no stack
});

test.skipIf(process.platform !== 'linux').each(['help', 'completion bash', 'node status --json'])(
  'what does not arrive on a full disk is no success: mbt %s',
  (line) => {
    const full = openSync('/dev/full', 'w');
    const environment = { ...process.env, HOME: workspace.folder };
    const ran = spawnSync(mbt, line.split(' '), { env: environment, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(ran.status).not.toBe(0);
    expect(String(ran.stderr)).toMatch(/^ERROR: NO_SPACE: standard output: the disk is full/m);
  },
);

test.each(['frobnicate --json', '--json frobnicate'])('an unknown command as JSON: %s', async (line) => {
  const { code, out, err } = await run(line);
  expect([code, err]).toEqual([2, '']);
  expect(JSON.parse(out)).toMatchObject({ type: 'error', command: 'frobnicate', code: 'UNKNOWN_COMMAND' });
});

test.each([
  { why: 'missing', text: undefined, says: 'nowhere.txt' },
  { why: 'empty', text: '', says: 'no tracker' },
  { why: 'only comments', text: '# one\n\n# two\n', says: 'no tracker' },
  { why: 'malformed', text: '127.0.0.1:7000\n127.0.0.1:port\n', says: 'line 2' },
])('a list of trackers that is $why is named, by client and tracker', async ({ text, says }) => {
  const name = text === undefined ? 'nowhere.txt' : 'list.txt';
  if (text !== undefined) await writeFile(workspace.path(name), text);
  for (const line of [`client 127.0.0.1:0 ${name}`, `tracker ${name} 1`]) {
    const { code, err } = await run(line);
    expect([1, 2]).toContain(code);
    expect(err).toMatch(/^ERROR: [A-Z_]+: /);
    expect(err).toContain(says);
  }
});

test('a line that the list does not have', async () => {
  const { code, err } = await run('tracker good.txt 2');
  expect([1, 2]).toContain(code);
  expect(err).toMatch(/^ERROR: [A-Z_]+: .*\b2\b/);
});

test('a port in use is named, by client and tracker', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await writeFile(workspace.path('busy.txt'), `127.0.0.1:${port}\n`);
  for (const line of [`client 127.0.0.1:${port} good.txt`, 'tracker busy.txt 1']) {
    const { code, err } = await run(line);
    expect(code).toBe(1);
    expect(err).toMatch(/^ERROR: PORT_IN_USE: /);
    expect(err).toContain(String(port));
  }
  await once(server.close(), 'close');
});

test('a checkout that is not built says how to build it', async () => {
  await mkdir(workspace.path('bare', 'bin'), { recursive: true });
  await copyFile(mbt, workspace.path('bare', 'bin', 'mbt.mjs'));
  const process = new MbtProcess(
    'bare',
    ['help'],
    globalThis.process.env,
    workspace.folder,
    workspace.path('bare', 'bin', 'mbt.mjs'),
  );
  expect(await process.exit()).toBe(1);
  expect(process.stderr).toContain('npm ci');
});

test('a Node that is too old is told so, and which one is needed', async () => {
  const preload = workspace.path('old-node.cjs');
  await writeFile(preload, `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });`);
  const environment = { ...globalThis.process.env, NODE_OPTIONS: `--require ${preload}` };
  const process = new MbtProcess('old', ['help'], environment, workspace.folder);
  expect(await process.exit()).toBe(1);
  expect(process.stderr).toMatch(/20\.19.*18\.20\.4/);
});
