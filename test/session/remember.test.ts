import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionStage, type StagedNode, eventually, passwordOf } from '../support/session-stage.ts';

let stage: SessionStage;
beforeAll(async () => {
  stage = await SessionStage.open(2);
});
afterAll(() => stage.close());

const fileOf = (dataDir: string): string => join(dataDir, 'login.json');

/** A user who was logged in with `remember` when its process ended. */
async function rememberedUser(name: string): Promise<{ dataDir: string; again: () => Promise<StagedNode> }> {
  const dataDir = join(stage.folder, name);
  const node = await stage.node({ dataDir });
  await node.createUser(name, passwordOf(name));
  await node.login(name, passwordOf(name), true);
  await node.createGroup(`${name}-group`);
  await node.close();
  return { dataDir, again: () => stage.node({ dataDir }) };
}

test('who is remembered is logged in again after a restart, by a file for its owner alone', async () => {
  const { dataDir, again } = await rememberedUser('anna');
  const path = fileOf(dataDir);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).not.toContain(passwordOf('anna'));
  const node = await again();
  expect(await node.loginRemembered()).toEqual({ user: 'anna', shares: 0, downloads: 0 });
  await expect(node.loginRemembered()).rejects.toMatchObject({ code: 'ALREADY_LOGGED_IN' });
  expect(await node.listGroups()).toContainEqual({
    group: 'anna-group',
    owner: 'anna',
    members: 1,
    you: 'owner',
  });
  await node.createGroup('anna-more');
  await node.close();
  expect(await (await again()).loginRemembered()).toMatchObject({ user: 'anna' });
});

test('one tracker is enough, whichever it is, and nothing else need be left on the machine', async () => {
  const { dataDir, again } = await rememberedUser('bert');
  await rm(join(dataDir, 'users'), { recursive: true });
  await rm(join(dataDir, 'trackers.json'));
  for (const line of [1, 2]) {
    await stage.stopTracker(line);
    try {
      const node = await again();
      expect(await node.loginRemembered()).toMatchObject({ user: 'bert' });
      expect(await node.listMembers('bert-group')).toMatchObject([{ user: 'bert', role: 'owner' }]);
      await node.close();
    } finally {
      await stage.startTracker(line);
    }
  }
});

test('a password that was changed on another device changes nothing', async () => {
  const { again } = await rememberedUser('carl');
  const laptop = await stage.node();
  await laptop.login('carl', passwordOf('carl'));
  await laptop.changePassword(passwordOf('carl'), 'another pass phrase');
  const node = await again();
  expect(await node.loginRemembered()).toMatchObject({ user: 'carl' });
  await node.changePassword('another pass phrase', 'a third pass phrase');
  await node.close();
  expect(await (await again()).loginRemembered()).toMatchObject({ user: 'carl' });
});

describe('forgotten', () => {
  test('by logout', async () => {
    const { dataDir, again } = await rememberedUser('dora');
    const node = await again();
    await node.loginRemembered();
    await node.logout();
    await expect(stat(fileOf(dataDir))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await node.loginRemembered()).toBeUndefined();
    await expect(node.logout()).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('by logout of who is not logged in yet', async () => {
    const { again } = await rememberedUser('edda');
    const node = await again();
    await node.logout();
    expect(await node.loginRemembered()).toBeUndefined();
  });

  test('by a log-in that asks for nothing to be kept', async () => {
    const { again } = await rememberedUser('emil');
    const node = await again();
    await node.login('emil', passwordOf('emil'));
    await node.close();
    expect(await (await again()).loginRemembered()).toBeUndefined();
  });

  test('by removing the file', async () => {
    const { dataDir, again } = await rememberedUser('fred');
    await rm(fileOf(dataDir));
    expect(await (await again()).loginRemembered()).toBeUndefined();
  });
});

describe('a file that is not as it was written', () => {
  let gus: Awaited<ReturnType<typeof rememberedUser>>;
  let good: string;
  beforeAll(async () => {
    gus = await rememberedUser('gus');
    good = await readFile(fileOf(gus.dataDir), 'utf8');
  });

  test.each<{ why: string; damage: (text: string) => string }>([
    { why: 'empty', damage: () => '' },
    { why: 'cut off', damage: (text) => text.slice(0, 100) },
    { why: 'of no known form', damage: (text) => text.replace('"format":1', '"format":2') },
    { why: 'with another id', damage: (text) => text.replace(/"uid":"./, '"uid":"x') },
    { why: 'with half a key', damage: (text) => text.replace(/"accountKey":"[\w-]{9}/, '"accountKey":"') },
    { why: 'with no identity', damage: (text) => text.replace(/"identity":"[\w-]+/, '"identity":"AAAA') },
  ])('is damaged, and says so: $why', async ({ damage }) => {
    const path = fileOf(gus.dataDir);
    await writeFile(path, damage(good));
    const node = await gus.again();
    await expect(node.loginRemembered()).rejects.toMatchObject({
      code: 'IO_ERROR',
      message: expect.stringContaining(path) as string,
    });
    await node.close();
  });

  test('is written anew by the next log-in that asks for it', async () => {
    const node = await gus.again();
    await node.login('gus', passwordOf('gus'), true);
    await node.close();
    expect(await (await gus.again()).loginRemembered()).toMatchObject({ user: 'gus' });
  });

  test('that others could read is closed, and not used the first time', async () => {
    const { dataDir, again } = await rememberedUser('hans');
    await chmod(fileOf(dataDir), 0o644);
    const node = await again();
    await expect(node.loginRemembered()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect((await stat(fileOf(dataDir))).mode & 0o777).toBe(0o600);
    expect(await node.loginRemembered()).toMatchObject({ user: 'hans' });
  });
});

test('while no tracker answers it says so, and goes on as soon as one does', async () => {
  const { again } = await rememberedUser('ida');
  const node = await again();
  await Promise.all([stage.stopTracker(1), stage.stopTracker(2)]);
  try {
    await expect(node.loginRemembered()).rejects.toMatchObject({ code: 'NO_TRACKER' });
  } finally {
    await Promise.all([stage.startTracker(1), stage.startTracker(2)]);
  }
  expect(await node.loginRemembered()).toMatchObject({ user: 'ida' });
});

test('trackers that lost everything are told by this machine; where it can’t, that is said', async () => {
  const lone = await SessionStage.open(1);
  try {
    const dataDir = join(lone.folder, 'jan');
    const node = await lone.node({ dataDir });
    await node.createUser('jan', passwordOf('jan'));
    await node.login('jan', passwordOf('jan'), true);
    await node.createGroup('jans');
    await node.close();
    const loseAll = async (): Promise<void> => {
      await lone.stopTracker(1);
      await lone.loseDisk(1);
      await lone.startTracker(1);
    };
    await loseAll();
    const again = await lone.node({ dataDir });
    expect(await again.loginRemembered()).toMatchObject({ user: 'jan' });
    await eventually(async () => expect(await again.listGroups()).toMatchObject([{ group: 'jans' }]));
    await again.close();
    await loseAll();
    await rm(join(dataDir, 'users'), { recursive: true });
    await expect((await lone.node({ dataDir })).loginRemembered()).rejects.toMatchObject({
      code: 'NO_SUCH_USER',
    });
  } finally {
    await lone.close();
  }
});

test('at the trackers of another cluster nobody is remembered', async () => {
  const { dataDir } = await rememberedUser('kurt');
  const other = await SessionStage.open(1);
  try {
    const elsewhere = join(other.folder, 'kurt');
    await mkdir(elsewhere, { mode: 0o700 });
    await copyFile(fileOf(dataDir), fileOf(elsewhere));
    const node = await other.node({ dataDir: elsewhere });
    await expect(node.loginRemembered()).rejects.toMatchObject({ code: 'TRACKER_CHANGED' });
  } finally {
    await other.close();
  }
});
