import { mkdir, readFile, realpath, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalCall } from '../../src/api/index.ts';
import { localRoute } from '../../src/api/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { type Answer, type Known, LocalStage } from '../support/local-stage.ts';

let stage: LocalStage;
let known: Known;
let seen: string[];

beforeEach(async () => {
  seen = [];
  const noted = async (path: string): Promise<never> => {
    seen.push(path);
    throw new Error('far enough');
  };
  stage = await LocalStage.open(
    fakeHost({
      uploadFile: (path) => noted(path),
      downloadFile: (_group, _file, destination) => noted(destination),
      exportTorrent: (_group, _file, folder) => noted(folder),
      watchFolder: (path) => noted(path),
      followGroup: (_group, folder) => noted(folder),
    }),
  );
  known = await stage.known();
  await mkdir(join(stage.downloads, 'sub'));
  await writeFile(join(stage.downloads, 'sub', 'b.txt'), 'b');
  await mkdir(join(stage.folder, 'private'));
  await writeFile(join(stage.folder, 'private', 'secret.txt'), 'secret');
});
afterEach(() => stage.close());

const terms = { patterns: [], sizeMax: null, reserveBytes: 0 };
const USES = {
  uploadFile: (path: string) => ({ path, group: 'g' }),
  watchFolder: (path: string) => ({ path, group: 'g' }),
  downloadFile: (path: string) => ({ group: 'g', file: 'f', destination: path }),
  exportTorrent: (path: string) => ({ group: 'g', file: 'f', folder: path }),
  followGroup: (path: string) => ({ group: 'g', folder: path, terms }),
} as const;
type Use = keyof typeof USES;
const uses = Object.keys(USES) as Use[];
const writes: readonly Use[] = ['downloadFile', 'exportTorrent', 'followGroup'];

const post = (name: LocalCall, body: unknown): Promise<Answer> =>
  stage.ask(localRoute(name).path, {
    method: 'POST',
    headers: { ...known, ...stage.own },
    body: JSON.stringify(body),
  });
const list = (path: string): Promise<Answer> =>
  stage.ask(`/v1/places/list?path=${encodeURIComponent(path)}`, { headers: known });
const at = (...parts: string[]): string => join(stage.folder, ...parts);

async function expectRefused(path: string, kinds: readonly Use[] = uses): Promise<void> {
  for (const use of kinds) {
    const answer = await post(use, USES[use](path));
    expect([403, 404]).toContain(answer.status);
  }
  expect([403, 404]).toContain((await list(path)).status);
  expect(seen).toEqual([]);
}

describe('what the page names', () => {
  test('in an allowed folder is used, as it really is', async () => {
    for (const use of uses) await post(use, USES[use](at('files', 'sub', '..', 'sub')));
    const real = await realpath(at('files', 'sub'));
    expect(seen).toEqual(uses.map(() => real));
  });

  test('may be new where it is written to', async () => {
    for (const use of writes) await post(use, USES[use](at('files', 'new', 'deep', 'er')));
    expect(seen).toEqual(writes.map(() => join(stage.downloads, 'new', 'deep', 'er')));
    seen = [];
    expect((await post('uploadFile', USES.uploadFile(at('files', 'new')))).status).toBe(404);
  });

  test.each([
    ['elsewhere', () => at('private', 'secret.txt')],
    ['elsewhere, new', () => at('private', 'new.txt')],
    ['above', () => at()],
    ['the root', () => '/'],
    ['out by dots', () => `${at('files')}/../private/secret.txt`],
    ['a folder whose name begins alike', () => at('files-of-others', 'x')],
    ['the data folder', () => at('data')],
    ['in the data folder', () => at('data', 'web-sessions.json')],
    ['the processes of the system', () => '/proc/self/environ'],
  ])('%s is refused', async (_, path) => {
    await expectRefused(path());
  });

  test.each([
    ['relative', 'files/sub'],
    ['empty', ''],
    ['a byte of zero', '/tmp/\0x'],
    ['an address', 'file:///etc/passwd'],
  ])('%s is refused', async (_, path) => {
    for (const use of uses) expect((await post(use, USES[use](path))).status).toBeGreaterThanOrEqual(400);
    expect((await list(path)).status).toBeGreaterThanOrEqual(400);
    expect(seen).toEqual([]);
  });
});

describe('links', () => {
  test('out of an allowed folder lead nowhere, also to what does not exist yet', async () => {
    await symlink(at('private'), at('files', 'out'));
    await symlink(at('private', 'secret.txt'), at('files', 'out.txt'));
    await symlink(at('private', 'new-file'), at('files', 'dangling'));
    await symlink(at('data'), at('files', 'own'));
    for (const path of ['out', 'out/secret.txt', 'out/new.txt', 'out.txt', 'dangling', 'dangling/x', 'own'])
      await expectRefused(at('files', path));
  });

  test('are judged when they are used', async () => {
    await post('downloadFile', USES.downloadFile(at('files', 'sub')));
    expect(seen).toHaveLength(1);
    seen = [];
    await rename(at('files', 'sub'), at('files', 'was'));
    await symlink(at('private'), at('files', 'sub'));
    await expectRefused(at('files', 'sub'));
  });

  test('that stay inside are followed', async () => {
    await symlink(at('files', 'sub'), at('files', 'again'));
    await post('downloadFile', USES.downloadFile(at('files', 'again', 'x')));
    expect(seen).toEqual([join(stage.downloads, 'sub', 'x')]);
  });
});

describe('a folder is listed', () => {
  test('folders first, without what is hidden, special or elsewhere', async () => {
    await writeFile(at('files', 'a2.txt'), 'aa');
    await writeFile(at('files', 'a10.txt'), 'aaa');
    await writeFile(at('files', '.hidden'), '');
    await symlink(at('private'), at('files', 'out'));
    const answer = JSON.parse((await list(at('files'))).text) as {
      entries: { name: string }[];
      parent: unknown;
    };
    expect(answer).toMatchObject({ path: stage.downloads, parent: null, more: false });
    expect(answer.entries.map((entry) => entry.name)).toEqual(['sub', 'a2.txt', 'a10.txt']);
    expect(answer.entries[1]).toEqual({
      name: 'a2.txt',
      path: at('files', 'a2.txt'),
      folder: false,
      size: 2,
    });
    expect(JSON.parse((await list(at('files', 'sub'))).text)).toMatchObject({ parent: stage.downloads });
  });
});

describe('at the terminal', () => {
  test('a folder is allowed, kept, and taken away', async () => {
    const remote = await stage.remote();
    expect(await remote.allowFolder(at('private'))).toEqual({
      folders: [stage.downloads, at('private')],
      downloads: stage.downloads,
    });
    const file = at('data', 'places.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ folders: [at('private')] });
    expect((await list(at('private'))).status).toBe(200);
    await stage.stop();
    await stage.start();
    expect((await list(at('private'))).status).toBe(200);
    await (await stage.remote()).disallowFolder(at('private'));
    expect((await list(at('private'))).status).toBe(403);
  });

  test('the data folder stays closed, whatever folder around it is allowed', async () => {
    const remote = await stage.remote();
    await expect(remote.allowFolder(at('data'))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await remote.allowFolder(at());
    const { entries } = JSON.parse((await list(at())).text) as { entries: { name: string }[] };
    expect(entries.map((entry) => entry.name)).toEqual(['files', 'private']);
    expect((await list(at('data'))).status).toBe(403);
    for (const use of ['uploadFile', 'watchFolder'] as const)
      expect((await post(use, USES[use](at()))).status).toBe(403);
    expect(seen).toEqual([]);
  });

  test('what can not be allowed says why', async () => {
    const remote = await stage.remote();
    await expect(remote.allowFolder(at('nowhere'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(remote.allowFolder(at('private', 'secret.txt'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENTS',
    });
    await expect(remote.disallowFolder(at('private'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(remote.disallowFolder(stage.downloads)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('any path may be used', async () => {
    const stop = new AbortController();
    await expect(
      (await stage.remote()).uploadFile(at('private'), 'g', () => undefined, stop.signal),
    ).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(seen).toEqual([at('private')]);
  });
});
