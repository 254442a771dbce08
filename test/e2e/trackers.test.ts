import { cp, mkdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { fileHash, writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(2);
});
afterEach(() => workspace.close());

const tracker = (n: number): MbtProcess => {
  const found = workspace.trackers[n - 1];
  if (found === undefined) throw new Error(`no tracker ${n}`);
  return found;
};

/** How many records tracker `n` says that it keeps. */
async function recordsOf(n: number): Promise<number> {
  const row = (await tracker(n).ok('status')).find((line) => line.startsWith('records\t'));
  return Number(row?.split('\t')[1]);
}

/** Waits until both trackers keep the same number of records, at least `least`. */
async function inStep(least: number): Promise<void> {
  await expect
    .poll(async () => Promise.all([recordsOf(1), recordsOf(2)]))
    .toSatisfy(([first, second]: [number, number]) => first === second && first >= least);
}

test('the console of a tracker outlives its input, ends by quit and by SIGTERM', async () => {
  expect(await tracker(1).ok('sync')).toHaveLength(1);
  tracker(1).end();
  tracker(2).end();
  expect(tracker(1).running).toBe(true);
  expect(await tracker(1).stop('SIGTERM')).toBe(0);
  const again = await workspace.startTracker(1);
  await again.ok('quit');
  expect(await again.exit()).toBe(0);
});

test('what was acknowledged survives SIGKILL of the tracker right after', async () => {
  await inStep(0);
  const anna = await workspace.member('anna');
  for (const n of [1, 2, 3, 4, 5]) {
    const { end } = await anna.run(`create_group band${n}`);
    expect(end).toMatch(/^SUCCESS/);
  }
  await tracker(1).stop('SIGKILL');
  expect(anna.lines.filter((line) => line.startsWith('WARNING'))).toEqual([]);
  const ben = workspace.client('ben');
  await ben.ok(`create_user ben ${PASSWORD}`);
  await ben.ok(`login ben ${PASSWORD}`);
  expect(await ben.ok('list_groups')).toHaveLength(5);
});

test('every command works with either tracker alone, without a new log-in', async () => {
  const anna = await workspace.member('anna');
  const ben = await workspace.member('ben');
  await anna.ok('create_group band');
  await tracker(1).stop('SIGKILL');
  await ben.ok('join_group band');
  await anna.ok('accept_request band ben');
  await workspace.startTracker(1);
  await inStep(1);
  await tracker(2).stop('SIGKILL');
  expect((await ben.ok('list_members band')).length).toBe(2);
  await anna.ok('remove_member band ben');
  await tracker(1).stop('SIGKILL');
  const answer = await anna.run('list_groups');
  expect(answer.code).toBe('NO_TRACKER');
  await workspace.startTracker(2);
  await expect.poll(async () => (await anna.run('list_groups')).ok).toBe(true);
});

test('a download under way goes on while every tracker is down', async () => {
  await writeRandomFile(workspace.path('film'), 64 * 2 ** 20, 5);
  await mkdir(workspace.path('ben'));
  const anna = await workspace.member('anna', '--up-limit', '16');
  const ben = await workspace.member('ben');
  await anna.ok('create_group band');
  await ben.ok('join_group band');
  await anna.ok('accept_request band ben');
  await anna.ok(`upload_file ${workspace.path('film')} band`);
  await ben.ok(`download_file band film ${workspace.path('ben')}`);
  await expect
    .poll(async () => (await ben.ok('show_peers band film')).map((row) => Number(row.split('\t')[4]) > 0))
    .toContain(true);
  await Promise.all([tracker(1).stop('SIGKILL'), tracker(2).stop('SIGKILL')]);
  await ben.sees(/^COMPLETE: \[band\] film/);
  expect(await fileHash(workspace.path('ben', 'film'))).toBe(await fileHash(workspace.path('film')));
});

test('a tracker that is new and empty, or was restored from an old copy, catches up', async () => {
  const anna = await workspace.member('anna');
  await anna.ok('create_group one');
  await inStep(5);
  await tracker(2).ok('quit');
  await tracker(2).exit();
  await cp(workspace.path('tracker-2'), workspace.path('copy'), { recursive: true });
  await anna.ok('create_group two');
  await rm(workspace.path('tracker-2'), { recursive: true });
  await workspace.startTracker(2);
  await inStep(6);
  await tracker(2).stop('SIGKILL');
  await rm(workspace.path('tracker-2'), { recursive: true });
  await cp(workspace.path('copy'), workspace.path('tracker-2'), { recursive: true });
  await workspace.startTracker(2);
  await inStep(6);
  await tracker(1).stop('SIGKILL');
  const ben = await workspace.member('ben');
  expect((await ben.ok('list_groups')).map((row) => String(row.split('\t')[0])).toSorted()).toEqual([
    'one',
    'two',
  ]);
});

test('trackers that both lost their disks are filled again by their users', async () => {
  const anna = await workspace.member('anna');
  await anna.ok('create_group band');
  for (const n of [1, 2]) {
    await tracker(n).stop('SIGKILL');
    await rm(workspace.path(`tracker-${n}`), { recursive: true });
  }
  await Promise.all([workspace.startTracker(1), workspace.startTracker(2)]);
  await expect.poll(async () => (await anna.run('list_groups')).rows).toEqual(['band\tanna\t1\towner']);
  const again = workspace.client('again');
  await again.ok(`login anna ${PASSWORD}`);
});

test('whoever quits or is killed leaves the online lists of all trackers within ten seconds', async () => {
  const anna = await workspace.member('anna');
  await anna.ok('create_group band');
  const others = await Promise.all(['ben', 'cleo'].map((name) => workspace.member(name)));
  for (const other of others) {
    await other.ok('join_group band');
    await anna.ok(`accept_request band ${other.name}`);
  }
  const online = async (): Promise<string[]> =>
    (await anna.ok('list_members band'))
      .map((row) => row.split('\t'))
      .filter((cells) => cells[2] === 'online')
      .map((cells) => cells[0] ?? '')
      .toSorted();
  await expect.poll(online).toEqual(['anna', 'ben', 'cleo']);
  const leftAtMs = systemClock.nowMs();
  const leftOfTen = (): number => Math.max(1, leftAtMs + 10_000 - systemClock.nowMs());
  /** How long a command may take whose tracker has died. */
  const failOverMs = 3_000;
  await others[0]?.stop('SIGKILL');
  await others[1]?.ok('quit');
  await expect.poll(online, { timeout: leftOfTen() }).toEqual(['anna']);
  await tracker(1).stop('SIGKILL');
  await expect.poll(online, { timeout: leftOfTen() + failOverMs }).toEqual(['anna']);
});

test('a tracker of another cluster is a stranger to clients that know the first', async () => {
  const anna = await workspace.member('anna');
  anna.end();
  await anna.exit();
  for (const n of [1, 2]) await tracker(n).stop('SIGKILL');
  for (const name of ['tracker-1', 'tracker-2', 'cluster.key'])
    await rm(workspace.path(name), { recursive: true });
  await Promise.all([workspace.startTracker(1), workspace.startTracker(2)]);
  const again = workspace.client('anna');
  again.type(`login anna ${PASSWORD}`);
  again.end();
  expect(await again.exit()).toBe(1);
  expect(again.lines.join('\n') + again.stderr).toContain('TRACKER_CHANGED');
});
