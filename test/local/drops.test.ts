import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/base/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeHost } from '../support/fake-host.ts';
import { type Answer, type Known, LocalStage } from '../support/local-stage.ts';

const groups = [
  { group: 'g', owner: 'ada', members: 1, you: 'owner' as const },
  { group: 'other', owner: 'bob', members: 1, you: '-' as const },
];
const shared = { content: '0', infoHash: '0', size: 0, files: 1, leftOut: [] };

let stage: LocalStage;
let known: Known;
let clock: FakeClock;
let uploads: string[];
let refuse: CommandError | undefined;

beforeEach(async () => {
  uploads = [];
  refuse = undefined;
  clock = new FakeClock(1_700_000_000_000);
  const host = fakeHost({
    listGroups: async () => groups,
    uploadFile: async (path, group, onProgress) => {
      onProgress({ doneBytes: 1, totalBytes: 1 });
      if (refuse) throw refuse;
      uploads.push(`${group} ${path}`);
      return { ...shared, file: basename(path) };
    },
  });
  stage = await LocalStage.open(host, {}, clock);
  known = await stage.known();
});
afterEach(() => stage.close());

const post = (path: string, body: unknown): Promise<Answer> =>
  stage.ask(path, { method: 'POST', headers: { ...known, ...stage.own }, body: JSON.stringify(body) });
const begin = (more: object = {}): Promise<Answer> =>
  post('/v1/drops/begin', { group: 'g', name: 'a.txt', size: 5, folder: false, ...more });
const begun = async (more: object = {}): Promise<{ id: string; path: string }> =>
  JSON.parse((await begin(more)).text) as { id: string; path: string };
const put = (id: string, body: string, path = ''): Promise<Answer> =>
  stage.ask(`/v1/drops/file?id=${id}&path=${encodeURIComponent(path)}`, {
    method: 'PUT',
    headers: { ...known, ...stage.own, 'content-type': 'application/octet-stream' },
    body,
  });
const finish = (id: string): Promise<Answer> => post('/v1/drops/finish', { id });
const errorOf = ({ text }: Answer) =>
  (JSON.parse(text.trim().split('\n').at(-1) ?? '') as { error: { code: string; text: string } }).error;
const dropped = (): string[] => {
  const folder = join(stage.downloads, 'Dropped');
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).toSorted() : [];
};

describe('a drop', () => {
  test('of a file is kept below the downloads, and shared from there', async () => {
    const { id, path } = await begun();
    expect(dirname(dirname(path))).toBe(join(stage.downloads, 'Dropped'));
    expect((await put(id, 'hello')).status).toBe(200);
    expect(existsSync(path)).toBe(false);
    const answer = await finish(id);
    const lines = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      { progress: { doneBytes: 1, totalBytes: 1 } },
      { result: { ...shared, file: 'a.txt' } },
    ]);
    expect(readFileSync(path, 'utf8')).toBe('hello');
    expect(uploads).toEqual([`g ${path}`]);
    expect(errorOf(await finish(id))).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('of a folder takes its files one by one', async () => {
    const { id, path } = await begun({ name: 'trip', folder: true, size: 9 });
    await Promise.all([
      put(id, 'one', 'a/b/1.txt'),
      put(id, 'two', 'a/2.txt'),
      put(id, 'ten', '10.txt'),
      put(id, '', 'empty'),
    ]);
    expect((await finish(id)).status).toBe(200);
    expect(readdirSync(path, { recursive: true }).map(String).toSorted()).toEqual([
      '10.txt',
      'a',
      'a/2.txt',
      'a/b',
      'a/b/1.txt',
      'empty',
    ]);
  });

  test('of the same name again has a place of its own; nothing is overwritten', async () => {
    const [one, two] = [await begun(), await begun()];
    expect(one.path).not.toBe(two.path);
    await put(one.id, 'first');
    await put(two.id, 'later');
    await mkdir(dirname(one.path));
    await writeFile(one.path, 'mine');
    expect(errorOf(await finish(one.id)).code).toBe('DESTINATION_EXISTS');
    expect((await finish(two.id)).status).toBe(200);
    expect([one.path, two.path].map((path) => readFileSync(path, 'utf8'))).toEqual(['mine', 'later']);
  });

  test('that could not be shared stays, and can be finished again', async () => {
    const { id, path } = await begun();
    await put(id, 'hello');
    refuse = new CommandError('NO_TRACKER', 'none answers');
    expect(errorOf(await finish(id))).toMatchObject({ code: 'NO_TRACKER' });
    refuse = undefined;
    expect((await finish(id)).status).toBe(200);
    expect(readFileSync(path, 'utf8')).toBe('hello');
  });
});

test('the folder for downloads was removed meanwhile: it is made again', async () => {
  await rm(stage.downloads, { recursive: true });
  const { id, path } = await begun();
  await put(id, 'hello');
  expect((await finish(id)).status).toBe(200);
  expect(readFileSync(path, 'utf8')).toBe('hello');
});

describe('refused before anything is sent', () => {
  test('what does not fit on the disk', async () => {
    const { bavail, bsize } = await statfs(stage.downloads);
    const answer = await begin({ size: Math.floor(bavail * bsize * 0.9999) + 100e9 });
    expect(answer.status).toBe(507);
    expect(errorOf(answer)).toMatchObject({ code: 'NO_SPACE' });
    expect(errorOf(answer).text).toMatch(/a\.txt has [\d.]+ GB, and [\d.]+ GB are free/);
    expect(dropped()).toEqual([]);
  });

  test('what together with others under way does not fit', async () => {
    const { bavail, bsize } = await statfs(stage.downloads);
    const size = Math.floor(bavail * bsize * 0.6);
    expect((await begin({ size })).status).toBe(200);
    expect((await begin({ size })).status).toBe(507);
  });

  test.each([
    ['..', 'INVALID_NAME'],
    ['../x', 'INVALID_NAME'],
    ['a/b', 'INVALID_NAME'],
    ['a\\b', 'INVALID_NAME'],
    ['a\0b', 'INVALID_NAME'],
    ['nul', 'INVALID_NAME'],
    ['x'.repeat(256), 'INVALID_NAME'],
  ])('the name %j', async (name, code) => {
    expect(errorOf(await begin({ name }))).toMatchObject({ code });
  });

  test('a group that one is not in', async () => {
    expect(errorOf(await begin({ group: 'other' }))).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(errorOf(await begin({ group: 'none' }))).toMatchObject({ code: 'NO_SUCH_GROUP' });
  });

  test('more than twenty at once, also where all begin together', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => begin()));
    const good = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
    const places = good.map(({ text }) => dirname((JSON.parse(text) as { path: string }).path));
    expect(new Set(places).size).toBe(20);
    expect((await begin()).status).toBe(429);
  });

  test('a folder for drops that leads elsewhere', async () => {
    await mkdir(join(stage.folder, 'elsewhere'));
    await symlink(join(stage.folder, 'elsewhere'), join(stage.downloads, 'Dropped'));
    expect(errorOf(await begin())).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(readdirSync(join(stage.folder, 'elsewhere'))).toEqual([]);
  });
});

describe('bytes that come', () => {
  test.each(['../x', '/x', 'a//b', 'a/../b', './a', 'a/', 'con', 'a\\b', `${'d/'.repeat(81)}x`])(
    'under the name %j are refused',
    async (path) => {
      const { id } = await begun({ name: 'trip', folder: true });
      expect(errorOf(await put(id, 'hello', path))).toMatchObject({ code: 'INVALID_NAME' });
      expect(dropped().filter((name) => !/^\.incoming-[0-9a-f-]+(\/trip)?$/.test(name))).toEqual([]);
    },
  );

  test('twice under one name, also in other letters, are refused', async () => {
    const { id } = await begun({ name: 'trip', folder: true, size: 10 });
    expect((await put(id, 'hello', 'a.txt')).status).toBe(200);
    for (const path of ['a.txt', 'A.TXT'])
      expect(errorOf(await put(id, 'again', path))).toMatchObject({ code: 'CONFLICT' });
  });

  test('more than were announced are refused, and leave nothing', async () => {
    const { id } = await begun();
    expect(errorOf(await put(id, 'hello!'))).toMatchObject({ code: 'INVALID_ARGUMENTS' });
    expect(dropped().filter((name) => name.endsWith('.txt'))).toEqual([]);
    expect((await put(id, 'hello')).status).toBe(200);
  });

  test('fewer than were announced: it is not shared yet', async () => {
    const { id } = await begun();
    expect(errorOf(await finish(id))).toMatchObject({
      code: 'NOT_READY',
      text: expect.stringContaining('5 bytes') as string,
    });
  });

  test('cut off midway leave nothing, and can be sent again', async () => {
    const { id } = await begun();
    const { web } = stage.server;
    const cut = request(`${web}/v1/drops/file?id=${id}`, {
      method: 'PUT',
      headers: { ...known, ...stage.own, 'content-length': '5' },
    });
    cut.on('error', () => undefined);
    cut.write('he');
    await expect.poll(() => dropped().some((name) => name.endsWith('a.txt'))).toBe(true);
    cut.destroy();
    await expect.poll(() => dropped().some((name) => name.endsWith('a.txt'))).toBe(false);
    await expect.poll(async () => errorOf(await finish(id)).code).toBe('INTERRUPTED');
    expect((await put(id, 'hello')).status).toBe(200);
    expect((await finish(id)).status).toBe(200);
  });

  test('for a drop that is none, or from another site, are refused', async () => {
    expect((await put('00', 'hello')).status).toBe(404);
    const { id } = await begun();
    for (const headers of [known, { ...known, origin: 'http://evil.example' }, stage.own])
      expect([401, 403]).toContain(
        (await stage.ask(`/v1/drops/file?id=${id}`, { method: 'PUT', headers, body: 'hello' })).status,
      );
  });
});

describe('what is given up', () => {
  test('is removed when that is said', async () => {
    const { id } = await begun();
    await put(id, 'hello');
    expect((await post('/v1/drops/cancel', { id })).status).toBe(200);
    expect(dropped()).toEqual([]);
  });

  test('is removed when nothing comes for half an hour', async () => {
    await begun();
    clock.advance(29 * 60_000);
    expect(dropped()).toHaveLength(1);
    clock.advance(2 * 60_000);
    await expect.poll(dropped).toEqual([]);
  });

  test('is removed when the node ends, or begins after it was killed; what others left is not', async () => {
    await begun();
    await stage.stop();
    expect(dropped()).toEqual([]);
    await stage.start();
    known = await stage.known();
    const { id } = await begun();
    await put(id, 'hello');
    const left = dropped()[0] ?? '';
    await stage.stop();
    for (const name of [left, left.replace(/-[0-9a-f]{8}-/, '-00000000-'), '.incoming-mine'])
      await mkdir(join(stage.downloads, 'Dropped', name));
    await stage.start();
    expect(dropped()).toEqual([left.replace(/-[0-9a-f]{8}-/, '-00000000-'), '.incoming-mine'].toSorted());
  });
});
