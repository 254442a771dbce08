import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NodeUser } from './harness/node-stage.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

/** What anybody on the machine can read of its processes. */
function wordsOfProcesses(): string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map((number) => {
    try {
      return readFileSync(`/proc/${number}/cmdline`, 'latin1');
    } catch {
      return ''; // it has ended
    }
  });
}

test.skipIf(process.platform !== 'linux')(
  'who waits to be let in does not show the link to others',
  async () => {
    const workspace = await Workspace.open(1);
    const users = ['anna', 'ben'].map((name) => new NodeUser(workspace, name));
    const [anna, ben] = users as [NodeUser, NodeUser];
    try {
      await anna.begins();
      await anna.ok(['create_group', 'band']);
      const [link = ''] = await anna.ok(['invite', 'band']);
      const joining = ben.begin(['join', link, '--new', 'ben', '--wait']);
      joining.type(PASSWORD);
      joining.end();
      await expect.poll(() => anna.ok(['list_requests', 'band']), { timeout: 60_000 }).toHaveLength(1);
      expect(joining.running).toBe(true);
      const secret = link.slice('mbt://join/'.length);
      expect(wordsOfProcesses().filter((words) => words.includes(secret))).toEqual([]);
      await anna.ok(['accept_request', 'band', 'ben']);
      expect(await joining.exit()).toBe(0);
    } finally {
      for (const each of users) await each.stop();
      await workspace.close();
    }
  },
);
