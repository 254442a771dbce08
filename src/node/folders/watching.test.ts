import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deferred, type ContentId } from '../../base/index.ts';
import { FolderWorld, gidOf } from '../../../test/support/folder-world.ts';

let world: FolderWorld;

beforeEach(async () => {
  world = await FolderWorld.open();
});

afterEach(async () => {
  await world.close();
});

const watch = () => world.keeper.watchFolder(world.path('in'), 'lab');
/** What is said of a share whose files are not as they were. */
const careOf = async (name: string) => {
  const share = world.shares.find((each) => each.name === name);
  return share && world.keeper.careOf(share);
};
const rowOf = () => world.keeper.listFolders().watches[0];

describe('what is shared', () => {
  test('what is there already, files and folders, one share each; hidden, temporary and junk names are not', async () => {
    await world.write('in/a.txt', 'a');
    await mkdir(world.path('in/tour'));
    await world.write('in/tour/1.jpg', 'one');
    for (const name of ['.hidden', 'b.part', 'c.crdownload', 'd.txt~', 'Thumbs.db', '~$e.docx', 'f.TMP'])
      await world.write(`in/${name}`, 'x');
    await mkdir(world.path('in/empty'));
    expect(await watch()).toEqual({
      path: world.path('in'),
      group: 'lab',
      shared: 0,
      waiting: 2,
      fault: null,
    });
    await world.until(() => world.shares.length === 2);
    await world.pass(30);
    expect(world.shared).toEqual(['a.txt', 'tour']);
    expect(world.asked).toEqual(['upload a.txt lab', 'upload tour lab']);
    expect(rowOf()).toMatchObject({ shared: 2, waiting: 0, fault: null });
    expect(world.warnings).toEqual([]);
  });

  test('a file that grows is shared only when it has stayed as it is for a while', async () => {
    await watch();
    for (let size = 1; size <= 20; size += 1) {
      await world.write('in/a.txt', 'x'.repeat(size), size);
      await world.pass(1);
    }
    expect(world.asked).toEqual([]);
    expect(rowOf()).toMatchObject({ shared: 0, waiting: 1 });
    await world.until(() => world.shares.length === 1);
    expect(world.shares[0]?.stamps).toMatchObject([{ size: 20 }]);
  });

  test('a folder waits as long as something in it is written under a temporary name', async () => {
    await mkdir(world.path('in/tour'));
    await world.write('in/tour/1.jpg', 'one');
    await world.write('in/tour/2.jpg.part', 'tw');
    await watch();
    await world.pass(20);
    expect(world.asked).toEqual([]);
    await rename(world.path('in/tour/2.jpg.part'), world.path('in/tour/2.jpg'));
    await world.until(() => world.shares.length === 1);
    expect(world.shares[0]?.stamps).toHaveLength(2);
  });

  test('the empty file that a browser keeps beside its .part waits', async () => {
    await world.write('in/film.mkv', '');
    await world.write('in/film.mkv.part', 'half');
    await watch();
    await world.pass(20);
    expect(world.asked).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('a file that a program has open for writing waits', async () => {
    await world.write('in/a.txt', 'half');
    await mkdir(world.path('in/tour'));
    await world.write('in/tour/1.jpg', 'one');
    const writer = spawn('/bin/sh', [
      '-c',
      `exec 3>>"$1/a.txt" 4>>"$1/tour/1.jpg"; echo open; read line`,
      'sh',
      world.path('in'),
    ]);
    await once(writer.stdout, 'data');
    await watch();
    await world.pass(20);
    expect(world.asked).toEqual([]);
    expect(rowOf()).toMatchObject({ waiting: 2 });
    writer.stdin.end('\n');
    await once(writer, 'close');
    await world.until(() => world.shares.length === 2);
  });

  test('a file that is only read is shared', async () => {
    await world.write('in/a.txt', 'whole');
    const reader = spawn('/bin/sh', [
      '-c',
      `exec 3<"$1"; echo open; read line`,
      'sh',
      world.path('in/a.txt'),
    ]);
    await once(reader.stdout, 'data');
    await watch();
    await world.until(() => world.shares.length === 1);
    reader.stdin.end('\n');
    await once(reader, 'close');
  });

  test('what changes is shared anew, a name that changes inside a folder as well', async () => {
    await world.write('in/a.txt', 'one', 1);
    await mkdir(world.path('in/tour'));
    await world.write('in/tour/1.jpg', 'one', 1);
    await watch();
    await world.until(() => world.shares.length === 2);
    const before = world.shares.map(({ content }) => content);
    await world.write('in/a.txt', 'two!', 2);
    await rename(world.path('in/tour/1.jpg'), world.path('in/tour/2.jpg'));
    await world.until(() => world.asked.length === 4);
    await world.pass(30);
    expect(world.asked.slice(2)).toEqual(['upload a.txt lab', 'upload tour lab']);
    expect(world.shared).toEqual(['a.txt', 'tour']);
    expect(world.shares.find(({ name }) => name === 'a.txt')?.content).not.toBe(before[0]);
  });

  test('one at a time, in all watched folders together', async () => {
    const gate = deferred<void>();
    world.uploadGate = gate.promise;
    for (const name of ['a', 'b']) await world.write(`in/${name}`, name);
    for (const name of ['c', 'd']) await world.write(`out/${name}`, name);
    await watch();
    await world.keeper.watchFolder(world.path('out'), 'lab');
    await world.until(() => world.asked.length === 1);
    await world.pass(10);
    expect(world.asked).toHaveLength(1);
    gate.resolve();
    await world.until(() => world.shares.length === 4);
    expect(world.uploadingMost).toBe(1);
  });

  test('a download in it is left alone while it is not complete, and so is one of chosen files', async () => {
    const common = { gid: gidOf('lab'), content: 'c' as ContentId, isPartial: false, missingBytes: 1 };
    await world.write('in/half', 'h');
    await world.write('in/failed', 'f');
    await mkdir(world.path('in/tour'));
    await world.write('in/tour/deep', 'd');
    await mkdir(world.path('in/chosen'));
    await world.write('in/chosen/1', '1');
    world.downloads = [
      { ...common, root: world.path('in/half'), state: 'wanted' },
      { ...common, root: world.path('in/failed'), state: 'failed' },
      { ...common, root: world.path('in/tour/deep'), state: 'paused' },
      { ...common, root: world.path('in/chosen'), state: 'complete', isPartial: true },
    ];
    await watch();
    await world.pass(30);
    expect(world.asked).toEqual([]);
    world.complete(world.path('in/half'));
    await world.until(() => world.shares.length === 1);
    expect(world.shared).toEqual(['half']);
  });
});

describe('what is no longer shared', () => {
  beforeEach(async () => {
    await world.write('in/a.txt', 'a');
    await world.write('in/b.txt', 'b');
    await watch();
    await world.until(() => world.shares.length === 2);
    world.asked.length = 0;
  });

  test('what is removed or moved away is withdrawn', async () => {
    await rm(world.path('in/a.txt'));
    await rename(world.path('in/b.txt'), world.path('in/c.txt'));
    await world.until(() => world.shared.join() === 'c.txt');
    expect(world.asked.toSorted()).toEqual(['stop a.txt lab', 'stop b.txt lab', 'upload c.txt lab']);
  });

  test('a file that is away for a moment only is not', async () => {
    await rename(world.path('in/a.txt'), world.path('aside'));
    await world.pass(1.5);
    await rename(world.path('aside'), world.path('in/a.txt'));
    await world.pass(20);
    expect(world.asked).toEqual([]);
  });

  test('a folder that is gone withdraws nothing, says so once, and goes on when it is back', async () => {
    await rename(world.path('in'), world.path('away'));
    await world.until(() => world.warnings.length > 0);
    await world.pass(30);
    expect(world.warnings).toEqual([expect.stringMatching(/in: it is not there.*lab; nothing is withdrawn/)]);
    expect(rowOf()?.fault).toBe(world.warnings[0]);
    await rename(world.path('away'), world.path('in'));
    await world.write('in/c.txt', 'c');
    await world.until(() => world.shares.length === 3);
    expect(rowOf()?.fault).toBeNull();
    expect(world.asked).toEqual(['upload c.txt lab']);
  });

  test('an empty folder in its place, as a mount point is, withdraws nothing either', async () => {
    await rename(world.path('in'), world.path('away'));
    await mkdir(world.path('in'));
    await world.write('in/stray', 's');
    await world.until(() => world.warnings.length > 0);
    await world.pass(30);
    expect(world.warnings).toEqual([expect.stringMatching(/another folder stands in its place/)]);
    expect(await careOf('a.txt')).toBe('away');
    expect(world.asked).toEqual([]);
    await rm(world.path('in'), { recursive: true });
    await rename(world.path('away'), world.path('in'));
    await world.until(() => rowOf()?.fault === null);
  });

  test('a disk that comes back under another number is the same one', async () => {
    await mkdir(world.path('copy'));
    await rename(world.path('in/a.txt'), world.path('copy/a.txt'));
    await rename(world.path('in'), world.path('away'));
    await rename(world.path('copy'), world.path('in'));
    await world.until(() => world.shared.join() === 'a.txt');
    expect(rowOf()?.fault).toBeNull();
    expect(world.asked).toEqual(['stop b.txt lab']);
  });

  test('what the user no longer shares is not shared again unless it changes, not even after a restart', async () => {
    world.shares = world.shares.filter(({ name }) => name !== 'a.txt');
    world.keeper.onShareEnded();
    await world.pass(20);
    await world.restart();
    await world.pass(20);
    expect(world.asked).toEqual([]);
    expect(rowOf()).toMatchObject({ shared: 1, waiting: 0 });
    await world.write('in/a.txt', 'new', 9);
    await world.until(() => world.shares.length === 2);
  });

  test('what is not served because its disk was away is served again', async () => {
    world.shares = world.shares.map((share) => ({ ...share, isServed: false }));
    await world.until(() => world.shares.every(({ isServed }) => isServed));
    expect(world.asked.toSorted()).toEqual(['upload a.txt lab', 'upload b.txt lab']);
  });

  test('the share of what has changed or is gone may end without a word', async () => {
    await world.write('in/a.txt', 'new', 2);
    await rm(world.path('in/b.txt'));
    expect([await careOf('a.txt'), await careOf('b.txt')]).toEqual(['watched', 'watched']);
    world.shares = [];
    await world.until(() => world.shares.length === 1);
    expect(world.asked).toEqual(['upload a.txt lab']);
  });

  test('what can no longer be read as it was shared is told of, and let be until it changes', async () => {
    expect(await careOf('a.txt')).toBeUndefined();
    world.shares = world.shares.filter(({ name }) => name !== 'a.txt');
    await world.pass(20);
    expect(world.asked).toEqual([]);
    await world.write('in/a.txt', 'mended', 2);
    await world.until(() => world.shares.length === 2);
  });

  test('it cares for nothing else', async () => {
    const share = { root: world.path('in/a.txt'), stamps: [] };
    expect(await world.keeper.careOf({ ...share, gid: gidOf('club') })).toBeUndefined();
    expect(await world.keeper.careOf({ ...share, gid: gidOf('lab'), root: '/a.txt' })).toBeUndefined();
  });
});

describe('from log-in to log-out', () => {
  test('it survives a restart, for its owner alone, and shares nothing twice', async () => {
    await world.write('in/a.txt', 'a');
    await watch();
    await world.until(() => world.shares.length === 1);
    expect((await stat(world.path('state/folders.json'))).mode & 0o777).toBe(0o600);
    await world.keeper.close();
    expect(() => world.keeper.listFolders()).toThrow(/log in first/);
    await world.write('in/b.txt', 'b');
    await world.pass(20);
    expect(world.shares).toHaveLength(1);
    await world.login();
    await world.until(() => world.shares.length === 2);
    expect(world.asked).toEqual(['upload a.txt lab', 'upload b.txt lab']);
  });

  test('log-out ends an upload under way, and is no end of a share', async () => {
    world.uploadGate = deferred<void>().promise;
    await world.write('in/a.txt', 'a');
    await watch();
    await world.until(() => world.uploading === 1);
    await world.keeper.close();
    expect(world.uploading).toBe(0);
    expect(world.warnings).toEqual([]);
    const kept = JSON.parse(await readFile(world.path('state/folders.json'), 'utf8')) as unknown;
    expect(kept).toMatchObject({ watches: [{ stopped: {} }] });
  });

  test('outside the group nothing happens; who leaves it tends it no more', async () => {
    await watch();
    world.groups.delete('lab');
    await world.write('in/a.txt', 'a');
    await world.pass(30);
    expect(world.asked).toEqual([]);
    expect(rowOf()?.fault).toMatch(/you are not in lab/);
    expect(world.warnings).toEqual([]);
    world.groups.add('lab');
    await world.until(() => world.shares.length === 1);
    await world.keeper.onGroupLeft('LAB');
    expect(world.keeper.listFolders().watches).toEqual([]);
    await world.restart();
    expect(world.keeper.listFolders().watches).toEqual([]);
  });

  test('unwatched, it is left alone, and its shares stay', async () => {
    await world.write('in/a.txt', 'a');
    await watch();
    await world.until(() => world.shares.length === 1);
    await world.keeper.unwatchFolder(world.path('in'), 'Lab');
    await world.write('in/b.txt', 'b');
    await world.pass(20);
    expect(world.shared).toEqual(['a.txt']);
    await expect(world.keeper.unwatchFolder(world.path('in'), 'lab')).rejects.toThrow(
      /is not watched for lab/,
    );
  });

  test('a damaged record is put aside, and the user told', async () => {
    await watch();
    await world.keeper.close();
    await writeFile(world.path('state/folders.json'), '{"watches":7}');
    await world.login();
    expect(world.warnings).toEqual([expect.stringMatching(/was damaged: watch_folder and follow_group/)]);
    expect(await readFile(world.path('state/folders.json.damaged'), 'utf8')).toBe('{"watches":7}');
  });
});
