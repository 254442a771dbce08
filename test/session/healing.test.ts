import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import type { GroupId } from '../../src/base/index.ts';
import { SessionStage, type StagedNode, eventually, passwordOf } from '../support/session-stage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let stage: SessionStage;
beforeEach(async () => {
  stage = await SessionStage.open(2);
});
afterEach(() => stage.close());

async function groupOfTwo(): Promise<{ anna: StagedNode; ben: StagedNode; gid: GroupId }> {
  const [anna, ben] = await Promise.all([stage.user('anna'), stage.user('ben')]);
  await anna.createGroup('lab');
  await ben.joinGroup('lab');
  await anna.acceptRequest('lab', 'ben');
  await ben.heard(/you are in lab/);
  const gid = anna.access().gate.memberGroups()[0]?.gid as GroupId;
  await eventually(() => expect(ben.access().gate.contextFor(gid)).toBeDefined());
  return { anna, ben, gid };
}
const certificateOf = (node: StagedNode, gid: GroupId): Uint8Array =>
  Buffer.from(
    (node.access().gate.contextFor(gid)?.certificatePem ?? '').replace(/-----[^-]+-----/g, ''),
    'base64',
  );

async function stopBoth(): Promise<void> {
  await Promise.all([stage.stopTracker(1), stage.stopTracker(2)]);
}

test('trackers that lost everything are healed by the users who are there', async () => {
  const { anna } = await groupOfTwo();
  await stopBoth();
  await Promise.all([stage.loseDisk(1), stage.loseDisk(2)]);
  await stage.startTracker(1);
  await eventually(async () => {
    const rows = await anna.listGroups();
    expect(rows).toMatchObject([{ group: 'lab', owner: 'anna', members: 2 }]);
  });
  const elsewhere = await stage.node();
  await eventually(() => elsewhere.login('ben', passwordOf('ben')));
  expect(await elsewhere.listGroups()).toMatchObject([{ group: 'lab', you: 'member' }]);
});

test('and by a user who logs in anew where it was logged in before', async () => {
  const dataDir = join(stage.folder, 'kept');
  const anna = await stage.user('anna', { dataDir });
  await anna.createGroup('lab');
  await anna.close();
  await stopBoth();
  await Promise.all([stage.loseDisk(1), stage.loseDisk(2)]);
  await stage.startTracker(2);
  const stranger = await stage.node();
  await expect(stranger.login('anna', passwordOf('anna'))).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
  const again = await stage.node({ dataDir });
  await again.login('anna', passwordOf('anna'));
  expect(await again.listGroups()).toMatchObject([{ group: 'lab', you: 'owner' }]);
});

test('trackers set back to an old copy turn no removal back for who has seen it', async () => {
  const { anna, ben, gid } = await groupOfTwo();
  const dataDir = join(stage.folder, 'carl');
  const carl = await stage.user('carl', { dataDir });
  await carl.joinGroup('lab');
  await anna.acceptRequest('lab', 'carl');
  await carl.heard(/you are in lab/);
  const certificate = certificateOf(ben, gid);
  await stopBoth();
  await cp(stage.trackerDir(1), join(stage.folder, 'backup'), { recursive: true });
  await stage.startTracker(1);
  await stage.startTracker(2);
  await eventually(() => anna.removeMember('lab', 'ben'));
  await ben.heard(/removed you/);
  await eventually(() => expect(carl.access().gate.admit(gid, certificate)).toHaveProperty('refused'));
  await Promise.all([anna.close(), carl.close(), stopBoth()]);
  await Promise.all([stage.loseDisk(1), stage.loseDisk(2)]);
  await rm(stage.trackerDir(1), { recursive: true, force: true });
  await cp(join(stage.folder, 'backup'), stage.trackerDir(1), { recursive: true });
  await stage.startTracker(1);

  const stale = await stage.user('zoe');
  await stale.joinGroup('lab');
  expect((await stale.listGroups())[0]).toMatchObject({ members: 3 });
  const back = await stage.node({ dataDir });
  await back.login('carl', passwordOf('carl'));
  expect(back.access().gate.admit(gid, certificate)).toHaveProperty('refused');
  expect((await back.listMembers('lab')).map(({ user }) => user)).toEqual(['anna', 'carl']);
  expect(ben.access().gate.contextFor(gid)).toBeUndefined();
});

test('an old password does not open an account where the newer one was seen', async () => {
  const dataDir = join(stage.folder, 'kept');
  const anna = await stage.user('anna', { dataDir });
  await stopBoth();
  await cp(stage.trackerDir(1), join(stage.folder, 'backup'), { recursive: true });
  await stage.startTracker(1);
  await eventually(() => anna.changePassword(passwordOf('anna'), 'the newer pass phrase'));
  await anna.close();
  await stage.stopTracker(1);
  await stage.loseDisk(1);
  await cp(join(stage.folder, 'backup'), stage.trackerDir(1), { recursive: true });
  await stage.startTracker(1);
  const again = await stage.node({ dataDir });
  await expect(again.login('anna', passwordOf('anna'))).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
  await again.login('anna', 'the newer pass phrase');
});

test('one name taken at two trackers that could not meet: the later is renamed, told, and works on', async () => {
  await stage.stopTracker(2);
  const first = await stage.user('kim');
  await first.createGroup('lab');
  await first.logout();
  await stage.stopTracker(1);
  await stage.startTracker(2);
  const second = await stage.user('kim');
  await second.createGroup('lab');
  await stage.startTracker(1);
  const { text } = (await second.heard(/you are called kim~[0-9a-f]{4}/)) as { text: string };
  await second.heard(/the group lab is called lab~[0-9a-f]{4} now/);
  const renamed = /kim~[0-9a-f]+/.exec(text)?.[0] ?? '';
  expect((await second.whoami()).user).toBe(renamed);
  await first.login('kim', passwordOf('kim'));
  expect((await first.whoami()).user).toBe('kim');
  const rows = await eventually(async () => {
    const listed = await second.listGroups();
    expect(listed).toHaveLength(2);
    return listed;
  });
  expect(rows.map(({ you }) => you).toSorted()).toEqual(['-', 'owner']);
  await expect(second.joinGroup('lab')).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
  const elsewhere = await stage.node();
  await elsewhere.login(renamed, passwordOf('kim'));
  expect((await elsewhere.whoami()).userId).toBe((await second.whoami()).userId);
});

test('certificates are signed anew by the owner’s client when a third of their time is left', async () => {
  const { ben, gid } = await groupOfTwo();
  const before = ben.access().gate.contextFor(gid)?.certificatePem;
  const later = { ...systemClock, wallMs: () => systemClock.wallMs() + 250 * DAY_MS };
  const anna = await stage.node({ clock: later });
  await anna.login('anna', passwordOf('anna'));
  await eventually(() => {
    expect(ben.access().gate.contextFor(gid)?.certificatePem).not.toBe(before);
  });
});
