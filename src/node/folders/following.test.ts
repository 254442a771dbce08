import { mkdir, readFile, rename, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../base/index.ts';
import type { FollowTerms } from '../commands.ts';
import { FolderWorld, gidOf } from '../../../test/support/folder-world.ts';

const ALL: FollowTerms = { patterns: [], sizeMax: null, reserveBytes: 0 };
let world: FolderWorld;

beforeEach(async () => {
  world = await FolderWorld.open();
});

afterEach(async () => {
  await world.close();
});

const follow = (terms: Partial<FollowTerms> = {}) =>
  world.keeper.followGroup('lab', world.path('out'), { ...ALL, ...terms });
const rowOf = () => world.keeper.listFolders().follows[0];

describe('what is fetched', () => {
  test('what others share, now and later; each content once, whatever becomes of it', async () => {
    world.offer('lab', 'a.txt');
    world.offer('club', 'other.txt');
    await follow();
    await world.until(() => world.downloads.length === 1);
    world.offer('lab', 'b.txt');
    world.keeper.onChange({ what: 'files', group: 'lab' });
    await world.until(() => world.downloads.length === 2);
    expect(rowOf()).toMatchObject({ group: 'lab', folder: world.path('out'), fetched: 0, waiting: 2 });
    world.finish();
    expect(rowOf()).toMatchObject({ fetched: 2, waiting: 0, fault: null });
    world.downloads = [];
    await world.pass(180);
    await world.restart();
    await world.pass(180);
    expect(world.asked).toEqual(['download a.txt lab', 'download b.txt lab']);
    expect(world.warnings).toEqual([]);
  });

  test('without any hint within a minute', async () => {
    await follow();
    await world.pass(5);
    world.offer('lab', 'a.txt');
    await world.pass(30);
    expect(world.asked).toEqual([]);
    await world.until(() => world.asked.length > 0);
    expect(world.asked).toEqual(['download a.txt lab']);
  });

  test('names that fit and none that is excluded, no larger than asked for', async () => {
    for (const name of ['a.jpg', 'B.JPG', 'c.png', 'draft-d.jpg', '.e.jpg', 'f.txt'])
      world.offer('lab', name);
    world.offer('lab', 'huge.jpg', 1_001);
    world.offer('lab', 'large.jpg', 1_000);
    await follow({ patterns: ['*.jpg', '*.png', '!draft*'], sizeMax: 1_000 });
    await world.until(() => world.downloads.length === 4);
    await world.pass(10);
    expect(world.fetched).toEqual(['B.JPG', 'a.jpg', 'c.png', 'large.jpg']);
  });

  test('hidden names only if they are asked for: a folder may be where programs look for them', async () => {
    world.offer('lab', '.profile');
    await follow();
    await world.pass(10);
    expect(world.asked).toEqual([]);
    await follow({ patterns: ['.pro*'] });
    await world.until(() => world.downloads.length === 1);
  });

  test('not what is here already, shared or fetched, in whatever group', async () => {
    const mine = world.offer('lab', 'mine.txt', 10, 'me');
    const known = world.offer('lab', 'known.txt');
    const common = { content: mine, name: 'mine.txt', stamps: [], isServed: true };
    world.shares = [{ ...common, gid: gidOf('lab'), root: '/elsewhere/mine.txt' }];
    world.downloads = [
      {
        gid: gidOf('club'),
        content: known,
        root: '/x',
        state: 'complete',
        isPartial: false,
        missingBytes: 0,
      },
    ];
    await follow();
    await world.pass(10);
    expect(world.asked).toEqual([]);
    // What was shared here once is not fetched from others when that has ended.
    world.shares = [];
    await world.pass(130);
    expect(world.asked).toEqual([]);
  });

  test('sixteen at a time; more as these end, but not those that the user holds back', async () => {
    for (let at = 10; at < 40; at += 1) world.offer('lab', `${at}`);
    await follow();
    await world.until(() => world.downloads.length === 16);
    await world.pass(70);
    expect(world.downloads).toHaveLength(16);
    expect(rowOf()).toMatchObject({ fetched: 0, waiting: 30 });
    world.complete(world.path('out/10'));
    await world.until(() => world.downloads.length === 17);
    world.downloads = world.downloads.map((each) => ({ ...each, state: 'paused' }));
    world.keeper.onChange({ what: 'files' });
    await world.until(() => world.downloads.length === 30);
  });

  test('of two contents with one name each is asked for by its own, and the second finds its place taken', async () => {
    const one = world.offer('lab', 'a.txt', 10, 'bob', 'one');
    const two = world.offer('lab', 'a.txt', 10, 'carol', 'two');
    const [first, second] = [one, two].toSorted();
    await follow();
    await world.until(() => world.warnings.length > 0);
    expect(world.asked).toEqual([`download a.txt@${first} lab`]);
    expect(world.warnings).toEqual([
      expect.stringMatching(/a\.txt of lab is not fetched: .*out\/a\.txt is something else/),
    ]);
    expect(world.downloads.map(({ content }) => content)).not.toContain(second);
  });

  test('nobody can have another file fetched by calling it as others are told apart', async () => {
    const one = world.offer('lab', 'a.txt', 10, 'bob', 'one');
    const two = world.offer('lab', 'a.txt', 10, 'bob', 'two');
    for (const content of [one, two]) world.offer('lab', `a.txt@${content}`, 10_000_000, 'mallory');
    await follow({ sizeMax: 1_000 });
    await world.pass(20);
    expect(world.asked).toEqual([]);
  });
});

describe('what is not fetched yet', () => {
  test('what would leave less than the reserve waits, told once; what fits is fetched', async () => {
    world.offer('lab', 'large', 900);
    world.offer('lab', 'small', 100);
    world.freeBytes = 1_000;
    await follow({ reserveBytes: 500 });
    await world.until(() => world.downloads.length === 1);
    await world.pass(200);
    expect(world.fetched).toEqual(['small']);
    expect(world.warnings).toEqual([expect.stringMatching(/large of lab waits: .*reserve of 500 bytes/)]);
    expect(rowOf()).toMatchObject({ waiting: 2, fault: world.warnings[0] });
    // What is under way will still take its part.
    world.freeBytes = 1_499;
    await world.pass(130);
    expect(world.fetched).toEqual(['small']);
    world.freeBytes = 1_500;
    await world.until(() => world.downloads.length === 2);
    expect(rowOf()?.fault).toBeNull();
  });

  test('a clash of names is told once, and over when the other is moved away', async () => {
    world.offer('lab', 'a.txt', 10);
    world.offer('lab', 'b.txt', 10);
    await world.write('out/a.txt', 'not ten bytes long');
    await world.write('out/b.txt', 'ten bytes!');
    world.shares = [
      {
        gid: gidOf('club'),
        content: world.offer('club', 'b'),
        name: 'b.txt',
        root: world.path('out/b.txt'),
        stamps: [],
        isServed: true,
      },
    ];
    await follow();
    await world.until(() => world.warnings.length > 0);
    await world.pass(130);
    expect(world.warnings).toHaveLength(2);
    expect(world.warnings[0]).toMatch(/a\.txt of lab is not fetched: .* is something else; move it away/);
    expect(world.asked).toEqual([]);
    await rename(world.path('out/a.txt'), world.path('out/c.txt'));
    await world.until(() => world.downloads.length === 1);
    expect(rowOf()?.fault).toMatch(/b\.txt/);
  });

  test('what fails to begin is told once, and tried again after a while', async () => {
    world.refusal = new CommandError('PERMISSION_DENIED', 'access is denied');
    world.offer('lab', 'a.txt');
    await follow();
    await world.until(() => world.warnings.length > 0);
    await world.pass(200);
    expect(world.asked).toHaveLength(1);
    expect(world.warnings).toEqual(['a.txt of lab: access is denied']);
    world.refusal = undefined;
    await world.until(() => world.downloads.length === 1);
    expect(rowOf()?.fault).toBeNull();
  });

  test('what disappears while it is looked at is nothing to tell', async () => {
    world.refusal = new CommandError('NO_SUCH_FILE', 'nobody shares it');
    world.offer('lab', 'a.txt');
    await follow();
    await world.pass(30);
    expect(world.warnings).toEqual([]);
  });

  test('without a tracker it goes on by itself when one answers', async () => {
    world.offer('lab', 'a.txt');
    world.refusal = new CommandError('NO_TRACKER', 'no tracker answers');
    await follow();
    await world.until(() => rowOf()?.fault === 'no tracker answers');
    world.refusal = undefined;
    await world.until(() => world.downloads.length === 1);
    expect(world.warnings).toEqual([]);
  });

  test('a folder that is gone: nothing is fetched until it is back', async () => {
    await follow();
    await world.pass(5);
    await rename(world.path('out'), world.path('away'));
    world.offer('lab', 'a.txt');
    await world.until(() => world.warnings.length > 0);
    await world.pass(70);
    expect(world.asked).toEqual([]);
    expect(world.warnings).toEqual([expect.stringMatching(/out: it is not there.*lab is followed into it/)]);
    await rename(world.path('away'), world.path('out'));
    await world.until(() => world.downloads.length === 1);
  });
});

describe('the end of it', () => {
  test('followed anew: other terms and folder, the same memory', async () => {
    world.offer('lab', 'a.txt');
    await follow();
    await world.until(() => world.downloads.length === 1);
    world.downloads = [];
    world.offer('lab', 'b.txt');
    await world.keeper.followGroup('lab', world.path('in'), ALL);
    await world.until(() => world.downloads.length === 1);
    expect(world.downloads[0]?.root).toBe(world.path('in/b.txt'));
    expect(world.keeper.listFolders().follows).toHaveLength(1);
  });

  test('unfollowed, or outside the group, nothing is fetched', async () => {
    await follow();
    await world.keeper.unfollowGroup('LAB');
    world.offer('lab', 'a.txt');
    await world.pass(70);
    await follow();
    world.groups.delete('lab');
    world.offer('lab', 'b.txt');
    await world.until(() => /you are not in lab/.test(rowOf()?.fault ?? ''));
    expect(world.fetched.includes('b.txt')).toBe(false);
    await expect(world.keeper.unfollowGroup('club')).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
    await world.keeper.onGroupLeft('lab');
    expect(JSON.parse(await readFile(world.path('state/folders.json'), 'utf8'))).toEqual({
      watches: [],
      follows: [],
    });
  });

  test.each([
    ['no folder', 'nowhere', [], 'FILE_NOT_FOUND'],
    ['a pattern for paths', 'out', ['tour/*.jpg'], 'INVALID_ARGUMENTS'],
    ['an empty exclusion', 'out', ['!'], 'INVALID_ARGUMENTS'],
  ])('refused: %s', async (_why, folder, patterns, code) => {
    const asked = world.keeper.followGroup('lab', world.path(folder), { ...ALL, patterns });
    await expect(asked).rejects.toMatchObject({ code });
    expect(world.keeper.listFolders().follows).toEqual([]);
  });
});

describe('watched and followed at once', () => {
  const watch = (group: string, path = 'in') => world.keeper.watchFolder(world.path(path), group);
  const followInto = (group: string, path: string) => world.keeper.followGroup(group, world.path(path), ALL);

  test('one folder, one group: what is fetched is not shared by the folder, what is shared not fetched', async () => {
    await watch('lab');
    await followInto('lab', 'in');
    world.offer('lab', 'theirs.txt', 6);
    await world.write('in/mine.txt', 'mine');
    await world.until(() => world.shares.length === 1 && world.downloads.length === 1);
    await world.write('in/theirs.txt', 'theirs');
    await world.pass(30);
    world.offer('lab', 'mine.txt', 4, 'me');
    world.offers = world.offers.map((each) =>
      each.share.name === 'mine.txt'
        ? { ...each, share: { ...each.share, content: world.shares[0]?.content ?? each.share.content } }
        : each,
    );
    world.keeper.onChange({ what: 'files', group: 'lab' });
    await world.pass(70);
    expect(world.asked.toSorted()).toEqual(['download theirs.txt lab', 'upload mine.txt lab']);
  });

  test.each([
    ['one folder for two groups', 'in', 'club', /would pass on to lab what others share in club/],
    ['a folder inside a watched one', 'in/sub', 'lab', /shared over and over/],
    ['a link to one', 'alias', 'club', /would pass on/],
  ])('refused: %s', async (_why, folder, group, text) => {
    await mkdir(world.path('in/sub'));
    await symlink(world.path('in'), world.path('alias'));
    await watch('lab');
    await expect(followInto(group, folder)).rejects.toThrow(text);
    await world.keeper.unwatchFolder(world.path('in'), 'lab');
    await followInto(group, folder);
    await expect(watch('lab')).rejects.toThrow(text);
  });

  test('a watched folder inside a followed one is no loop', async () => {
    await mkdir(world.path('in/sub'));
    await followInto('lab', 'in');
    await watch('lab', 'in/sub');
    await watch('club', 'in/sub');
    expect(world.keeper.listFolders().watches).toHaveLength(2);
  });
});
