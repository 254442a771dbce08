import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandError } from '../../base/index.ts';
import { FolderWorld } from '../../../test/support/folder-world.ts';

let world: FolderWorld;

beforeEach(async () => {
  world = await FolderWorld.open();
});

afterEach(async () => {
  await world.close();
});

const watch = () => world.keeper.watchFolder(world.path('in'), 'lab');
const rowOf = () => world.keeper.listFolders().watches[0];

test('what cannot be shared is told once, shown, and tried again when it changes', async () => {
  await symlink('nowhere', world.path('in/link'));
  await world.write('in/a.txt', 'a');
  world.refusal = new CommandError('PERMISSION_DENIED', 'a.txt: access is denied');
  await watch();
  await world.until(() => world.warnings.length === 2);
  await world.pass(60);
  expect(world.warnings).toEqual([expect.stringMatching(/link: it is a link/), 'a.txt: access is denied']);
  expect(rowOf()?.fault).toMatch(/it is a link.*\(and 1 more\)/);
  expect(world.asked).toEqual(['upload a.txt lab']);
  world.refusal = undefined;
  await world.write('in/a.txt', 'mended', 2);
  await rm(world.path('in/link'));
  await world.until(() => rowOf()?.fault === null && world.shares.length === 1);
});

test('a bug in a look ends nothing: it is told, shown, and the look tried again', async () => {
  await world.write('in/a.txt', 'a');
  await world.keeper.followGroup('lab', world.path('out'), {
    patterns: [],
    sizeMax: null,
    reserveBytes: 0,
  });
  world.bug = new TypeError('no such thing');
  world.offer('lab', 'b.txt');
  world.keeper.onChange({ what: 'files' });
  await watch();
  await world.until(() => world.warnings.length === 2);
  await world.pass(100);
  const told = expect.stringMatching(/went wrong.*no such thing.*tried again/) as string;
  expect(world.warnings).toEqual([told, told]);
  world.bug = undefined;
  await world.until(() => world.shares.length === 1 && world.downloads.length === 1);
  expect(rowOf()?.fault).toBeNull();
});

test('many faults are told together', async () => {
  for (let at = 0; at < 9; at += 1) await symlink('nowhere', world.path(`in/link${at}`));
  await watch();
  await world.until(() => world.warnings.length > 0);
  await world.pass(30);
  expect(world.warnings).toHaveLength(4);
  expect(world.warnings[3]).toMatch(/in: 6 more can't be dealt with/);
});

test('without a tracker it waits, shows why, and asks for one file only', async () => {
  world.refusal = new CommandError('NO_TRACKER', 'no tracker answers');
  for (const name of ['a', 'b', 'c']) await world.write(`in/${name}`, name);
  await watch();
  await world.until(() => world.asked.length > 0);
  expect(rowOf()).toMatchObject({ waiting: 3, fault: 'no tracker answers' });
  expect(new Set(world.asked)).toEqual(new Set(['upload a lab']));
  world.refusal = undefined;
  await world.until(() => world.shares.length === 3);
  expect(rowOf()?.fault).toBeNull();
  expect(world.warnings).toEqual([]);
});

test.each([
  ['nothing', 'nowhere', 'FILE_NOT_FOUND'],
  ['a file', 'in/a.txt', 'FILE_NOT_FOUND'],
  ['the keys of this very client', 'state', 'REFUSED'],
  ['a folder that has them in it', '.', 'REFUSED'],
])('refused: %s', async (_why, path, code) => {
  await world.write('in/a.txt', 'a');
  await expect(world.keeper.watchFolder(world.path(path), 'lab')).rejects.toMatchObject({ code });
  await expect(world.keeper.watchFolder(world.path('in'), 'other')).rejects.toMatchObject({
    code: 'NOT_A_MEMBER',
  });
});

test('watching it twice is watching it once, by whatever name', async () => {
  await watch();
  await symlink(world.path('in'), world.path('alias'));
  expect(await world.keeper.watchFolder(world.path('alias'), 'lab')).toMatchObject({
    path: world.path('in'),
  });
  expect(world.keeper.listFolders().watches).toHaveLength(1);
  await world.keeper.watchFolder(join(world.path('in'), '.'), 'club');
  await world.write('in/a.txt', 'a');
  await world.until(() => world.shares.length === 2);
  expect(world.shared).toEqual(['a.txt', 'club/a.txt']);
});

test('at most fifty', async () => {
  for (let at = 0; at < 50; at += 1) {
    await mkdir(world.path(`in/${at}`));
    await world.keeper.watchFolder(world.path(`in/${at}`), 'lab');
  }
  await expect(watch()).rejects.toMatchObject({ code: 'REFUSED' });
});
