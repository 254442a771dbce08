import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mbt } from './harness/mbt-process.ts';
import { NodeUser } from './harness/node-stage.ts';
import { Workspace } from './harness/workspace.ts';

/** What a shell would run, expand or take apart. */
const NAMES = ['$(touch owned)x', '$HOME.bin', 'a b;c', "it's", '`id`', '*'];

let workspace: Workspace;
let anna: NodeUser;
beforeAll(async () => {
  workspace = await Workspace.open(1);
  anna = await new NodeUser(workspace, 'anna').begins();
  await anna.ok(['create_group', 'band']);
  await anna.ok(['create_group', 'bakers']);
  for (const name of NAMES) {
    await writeFile(workspace.path(name), name);
    await anna.ok(['upload_file', workspace.path(name), 'band']);
  }
});
afterAll(async () => {
  await anna.stop();
  await workspace.close();
});

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/**
 * What a script prints in a shell that finds `mbt`, whose node is anna's. Looked at again and again: who presses Tab gets no
 * names from a node that is slow to tell them.
 */
const expectInShell = (...asked: Parameters<typeof inShell>) => expect.poll(() => inShell(...asked));

function inShell(shell: string, options: readonly string[], script: string): string[] {
  const { PATH } = process.env;
  const env = { PATH: `${dirname(mbt)}:${PATH}`, HOME: workspace.path('home'), MBT_DATA: anna.dataDir };
  const ran = spawnSync(shell, [...options, '-c', script], { env, encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return ran.stdout.trim().split('\n');
}

test.skipIf(!has('bash')).each([
  { words: ['mbt', 'list_g'], hits: ['list_groups'] },
  { words: ['mbt', 'node', 'sta'], hits: ['start', 'status'] },
  { words: ['mbt', 'list_files', 'ba'], hits: ['bakers', 'band'] },
  { words: ['mbt', 'list-files', '"ban'], hits: ['band'] },
])('bash completes $words', async ({ words, hits }) => {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `source <(mbt completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _mbt; printf '%s\\n' "\${COMPREPLY[@]}"`;
  await expectInShell('bash', ['--norc'], script).toEqual(hits);
});

test.skipIf(!has('bash')).each(NAMES)('bash is given %s so that it means just that', async (name) => {
  const script = `cd '${workspace.folder}'; source <(mbt completion bash); COMP_WORDS=(mbt stop_share band ''); COMP_CWORD=3; _mbt; for hit in "\${COMPREPLY[@]}"; do eval "printf '%s\\n' $hit"; done`;
  await expectInShell('bash', ['--norc'], script).toContain(name);
  expect(existsSync(workspace.path('owned'))).toBe(false);
});

test.skipIf(!has('fish'))('fish completes names', async () => {
  const script = "mbt completion fish | source; complete -C 'mbt list_files ba'";
  await expectInShell('fish', ['--no-config'], script).toEqual(['bakers', 'band']);
});

test.skipIf(!has('zsh'))('zsh understands its script', () => {
  expect(inShell('zsh', ['-f'], 'mbt completion zsh > $HOME/_mbt && zsh -n $HOME/_mbt && echo well')).toEqual(
    ['well'],
  );
});
