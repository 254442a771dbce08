import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '../../scripts/demo/client.ts';
import { Stage } from '../../scripts/demo/stage.ts';
import { systemClock } from '../../src/base/index.ts';

/** Stands in for `bin/mbt`: answers each line in the client's `--json` form. */
const LAUNCHER = `#!/bin/sh
sleep 1000 &
echo "{\\"type\\":\\"notice\\",\\"text\\":\\"child $!\\"}"
while read -r command rest; do
  case $command in
    quit) kill $!; echo '{"type":"success","command":"quit","text":"bye"}'; exit 0 ;;
    fail) echo '{"type":"error","command":"fail","code":"REFUSED","text":"no"}' ;;
    die) kill $!; exit 3 ;;
    *) echo 'not json'
       echo "{\\"type\\":\\"row\\",\\"command\\":\\"$command\\",\\"rest\\":\\"$rest\\"}"
       echo "{\\"type\\":\\"success\\",\\"command\\":\\"$command\\",\\"text\\":\\"done\\",\\"n\\":1}" ;;
  esac
done
`;

let root = '';
let stage: Stage;
let client: Client;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mbt-fake-root-'));
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'mbt'), LAUNCHER);
  await chmod(join(root, 'bin', 'mbt'), 0o755);
  stage = new Stage(root);
  client = new Client({
    stage,
    clock: systemClock,
    trackersFile: 'tracker_info.txt',
    name: 'ann',
    dataFolder: stage.folder,
  });
});

afterEach(async () => {
  await stage.close();
  await rm(root, { recursive: true, force: true });
});

/** A killed process whose parent is gone may stay listed (`Z`) until somebody asks how it ended. */
function isAlive(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

test('commands get their own rows and results, one after the other', async () => {
  const [first, second] = await Promise.all([client.run('one', 'x'), client.run('two', 'y', 'z')]);
  expect(first).toMatchObject({ ok: true, text: 'done', rows: [{ rest: 'x' }], fields: { n: 1 } });
  expect(second.rows).toMatchObject([{ rest: 'y z' }]);
});

test('an error is a reply; only must() insists', async () => {
  expect(await client.run('fail')).toMatchObject({ ok: false, code: 'REFUSED' });
  await expect(client.must('fail')).rejects.toThrow('ann: fail: REFUSED: no');
});

test('a client that dies fails the command under way and those after it', async () => {
  await expect(client.run('die')).rejects.toThrow('the client has ended');
  await expect(client.run('one')).rejects.toThrow('the client has ended');
});

test('quit resolves to the exit code', async () => {
  await client.run('one');
  await expect(client.quit()).resolves.toBe(0);
});

test('closing the stage kills what runs, its children too, and takes the folder away', async () => {
  await client.run('one');
  const pid = Number(/child (\d+)/.exec(client.process.said.join())?.[1]);
  expect(isAlive(pid)).toBe(true);
  await stage.close();
  await stage.close();
  expect(client.process.hasEnded).toBe(true);
  expect(existsSync(stage.folder)).toBe(false);
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(() => stage.start('late', [], () => undefined)).toThrow('taken away');
});
