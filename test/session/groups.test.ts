import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex, type ContentId, type GroupId } from '../../src/base/index.ts';
import { SessionStage, type StagedNode, eventually, passwordOf } from '../support/session-stage.ts';

let stage: SessionStage;
let anna: StagedNode;
let ben: StagedNode;
let carl: StagedNode;
beforeAll(async () => {
  stage = await SessionStage.open(2);
  [anna, ben, carl] = await Promise.all([stage.user('anna'), stage.user('ben'), stage.user('carl')]);
});
afterAll(() => stage.close());

const gidOf = (node: StagedNode, label: string): GroupId => {
  const gid = node
    .access()
    .gate.memberGroups()
    .find((group) => group.label === label)?.gid;
  if (!gid) throw new Error(`not in ${label}`);
  return gid;
};
const certificateOf = (node: StagedNode, gid: GroupId): Uint8Array => {
  const pem = node.access().gate.contextFor(gid)?.certificatePem ?? '';
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
};

test('from founding to acceptance: who asks, who is told, who is in', async () => {
  await anna.createGroup('lab');
  await expect(ben.createGroup('LAB')).rejects.toMatchObject({ code: 'GROUP_EXISTS' });
  await expect(ben.listMembers('lab')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  await expect(ben.joinGroup('nolab')).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
  const asked = await ben.joinGroup('lab');
  expect(asked).toEqual({ owner: 'anna', code: (await ben.whoami()).code });
  await expect(ben.joinGroup('lab')).rejects.toMatchObject({ code: 'ALREADY_REQUESTED' });
  await expect(ben.acceptRequest('lab', 'ben')).rejects.toMatchObject({ code: 'NOT_OWNER' });
  await anna.heard(/ben asks to join lab/);
  const [request] = await anna.listRequests('lab');
  expect(request).toMatchObject({ user: 'ben', code: asked.code });
  await expect(anna.acceptRequest('lab', 'ben', 'AAAAAAAAAA')).rejects.toMatchObject({
    code: 'CODE_MISMATCH',
  });
  await expect(anna.acceptRequest('lab', 'carl')).rejects.toMatchObject({ code: 'NO_SUCH_REQUEST' });
  await expect(anna.acceptRequest('lab', 'nobody')).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
  await anna.acceptRequest('lab', 'ben', asked.code.toLowerCase());
  await ben.heard(/anna accepted you/);
  expect(await anna.listRequests('lab')).toEqual([]);
  expect((await ben.listMembers('lab')).map(({ user, role }) => [user, role])).toEqual([
    ['anna', 'owner'],
    ['ben', 'member'],
  ]);
  expect(await ben.listGroups()).toContainEqual({ group: 'lab', owner: 'anna', members: 2, you: 'member' });
  expect(await carl.listGroups()).toContainEqual({ group: 'lab', owner: 'anna', members: 2, you: '-' });
  await expect(anna.acceptRequest('lab', 'ben')).rejects.toMatchObject({ code: 'ALREADY_MEMBER' });
});

test('each member’s certificate is admitted by the others, as that member', async () => {
  const gid = gidOf(anna, 'lab');
  await eventually(() => expect(ben.access().gate.contextFor(gid)).toBeDefined());
  const [ofAnna, ofBen] = [certificateOf(anna, gid), certificateOf(ben, gid)];
  expect(ben.access().gate.admit(gid, ofAnna)).toEqual({ user: anna.access().uid });
  expect(anna.access().gate.admit(gid, ofBen)).toEqual({ user: ben.access().uid });
  expect(carl.access().gate.admit(gid, ofBen)).toMatchObject({ refused: expect.any(String) as string });
});

test('a share is listed while its author is in', async () => {
  const gid = gidOf(ben, 'lab');
  const facts = { content: sha256Hex('tour') as ContentId, name: 'tour.mp4', size: 7, files: 1 };
  const share = { ...facts, root: new Uint8Array(32).fill(3) };
  await ben.access().shares.publishShare(gid, facts);
  await ben.access().shares.publishShare(gid, share);
  const listed = await anna.access().shares.listFiles(gid);
  expect(listed.shares).toEqual([{ ...share, uid: ben.access().uid, user: 'ben' }]);
  await ben.access().shares.withdrawShare(gid, share.content);
  expect((await anna.access().shares.listFiles(gid)).shares).toEqual([]);
  await ben.access().shares.publishShare(gid, share);
});

test('what was fetched is listed as a copy, but not by who has brought it', async () => {
  const gid = gidOf(ben, 'lab');
  const facts = { content: sha256Hex('talk') as ContentId, name: 'talk.mp4', size: 7, files: 1 };
  const listed = async () => {
    const { shares } = await anna.access().shares.listFiles(gid);
    return shares.filter(({ content }) => content === facts.content).map(({ copy }) => copy);
  };
  await ben.access().shares.publishShare(gid, { ...facts, copy: true });
  expect(await listed()).toEqual([true]);
  for (const again of [facts, { ...facts, copy: true }]) {
    await ben.access().shares.publishShare(gid, again);
    expect(await listed()).toEqual([undefined]);
  }
  await ben.access().shares.withdrawShare(gid, facts.content);
  await ben.access().shares.publishShare(gid, { ...facts, copy: true });
  expect(await listed()).toEqual([true]);
  await ben.access().shares.withdrawShare(gid, facts.content);
});

test('who is online with a content is found by the others', async () => {
  const gid = gidOf(ben, 'lab');
  const content = sha256Hex('tour') as ContentId;
  const own = { gid, content, infoHash: '0'.repeat(64) as never, have: 0.5, seed: false };
  anna.access().presence.announce([own]);
  ben.access().presence.announce([{ ...own, have: 1, seed: true }]);
  await eventually(() => {
    const peers = anna.access().presence.peersOf(gid, content);
    expect(peers).toMatchObject([{ uid: ben.access().uid, seed: true, key: ben.access().deviceKey }]);
    expect(peers[0]?.addresses).toContainEqual({ host: '127.0.0.1', port: 7000 });
  });
  await eventually(async () => {
    const { swarms } = await ben.access().shares.listFiles(gid);
    expect(swarms.get(content)).toEqual({ seeds: 1, leechers: 1 });
  });
  ben.access().presence.announce([]);
  await eventually(() => expect(anna.access().presence.peersOf(gid, content)).toEqual([]));
});

test('a removal reaches everybody, and peers learn it from each other too', async () => {
  const gid = gidOf(anna, 'lab');
  const certificate = certificateOf(ben, gid);
  await carl.joinGroup('lab');
  await anna.acceptRequest('lab', 'carl');
  await carl.heard(/accepted you: you are in lab/);
  await eventually(() =>
    expect(carl.access().gate.admit(gid, certificate)).toMatchObject({ user: ben.access().uid }),
  );
  const before = anna.access().gate.newsDigest(gid);
  await anna.removeMember('lab', 'ben');
  expect(anna.access().gate.admit(gid, certificate)).toHaveProperty('refused');
  const news = anna.access().gate.newsFor(gid, before);
  expect(news.length).toBeGreaterThan(0);
  for (const payload of news) carl.access().gate.applyNews(gid, payload);
  expect(carl.access().gate.admit(gid, certificate)).toHaveProperty('refused');
  expect(() => carl.access().gate.applyNews(gid, new Uint8Array([1, 2, 3]))).toThrow('BAD_EXTENSION');
  await ben.heard(/anna removed you from lab/);
  expect(ben.access().gate.contextFor(gid)).toBeUndefined();
  expect((await carl.access().shares.listFiles(gid)).shares).toEqual([]);
  await expect(anna.removeMember('lab', 'ben')).rejects.toMatchObject({ code: 'NO_SUCH_MEMBER' });
});

test('who was removed may ask again, and shares as before', async () => {
  const gid = gidOf(anna, 'lab');
  await ben.joinGroup('lab');
  await anna.acceptRequest('lab', 'ben');
  await eventually(() => expect(ben.access().gate.contextFor(gid)).toBeDefined());
  expect((await anna.access().shares.listFiles(gid)).shares).toMatchObject([
    { user: 'ben', name: 'tour.mp4' },
  ]);
});

test('rejected, cancelled, left: each is told and counts', async () => {
  await anna.createGroup('club');
  await ben.joinGroup('club');
  await anna.rejectRequest('club', 'ben');
  await ben.heard(/anna rejected your request to join club/);
  await expect(ben.cancelRequest('club')).rejects.toMatchObject({ code: 'NO_SUCH_REQUEST' });
  await ben.joinGroup('club');
  await ben.cancelRequest('club');
  expect(await anna.listRequests('club')).toEqual([]);
  await ben.joinGroup('club');
  await anna.acceptRequest('club', 'ben');
  await expect(anna.leaveGroup('club')).rejects.toMatchObject({ code: 'OWNER_CANNOT_LEAVE' });
  await eventually(() => ben.leaveGroup('club'));
  await expect(ben.leaveGroup('club')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  expect(await anna.listMembers('club')).toHaveLength(1);
  expect(await anna.leaveGroup('club')).toEqual({ ended: true });
  await expect(ben.joinGroup('club')).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
  await expect(ben.createGroup('club')).rejects.toMatchObject({ code: 'GROUP_EXISTS' });
});

test('a deleted group ends for its members, who are told', async () => {
  await anna.createGroup('team');
  await ben.joinGroup('team');
  await anna.acceptRequest('team', 'ben');
  await ben.heard(/you are in team now/);
  await anna.deleteGroup('team');
  await ben.heard(/team was deleted by anna/);
  await expect(ben.listMembers('team')).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
  expect((await ben.listGroups()).map(({ group }) => group)).not.toContain('team');
});

test('one user on two machines: what one does the other has', async () => {
  const laptop = await stage.node();
  await laptop.login('anna', passwordOf('anna'));
  await laptop.createGroup('two-desks');
  await carl.joinGroup('two-desks');
  await anna.heard(/carl asks to join two-desks/);
  await anna.acceptRequest('two-desks', 'carl');
  const gid = gidOf(laptop, 'two-desks');
  await eventually(() => {
    expect(anna.access().gate.contextFor(gid)?.certificatePem).toBe(
      laptop.access().gate.contextFor(gid)?.certificatePem,
    );
    expect(laptop.access().gate.admit(gid, certificateOf(carl, gid))).toEqual({ user: carl.access().uid });
  });
});

test('what happened while a client was away is told when it is back', async () => {
  const away = await stage.node();
  await away.createUser('dave', passwordOf('dave'));
  await away.login('dave', passwordOf('dave'));
  await away.joinGroup('lab');
  await away.logout();
  await anna.acceptRequest('lab', 'dave');
  await away.login('dave', passwordOf('dave'));
  await away.heard(/anna accepted you: you are in lab/);
  await away.logout();
  await anna.removeMember('lab', 'dave');
  await away.login('dave', passwordOf('dave'));
  await away.heard(/anna removed you from lab/);
  const told = away.events.length;
  await away.logout();
  await away.login('dave', passwordOf('dave'));
  await away.listGroups();
  expect(away.events.slice(told)).toEqual([]);
});

test('nobody is told of what one did oneself', async () => {
  const dataDir = join(stage.folder, 'erik');
  const erik = await stage.user('erik', { dataDir });
  await erik.createGroup('short');
  await erik.leaveGroup('short');
  await erik.joinGroup('lab');
  await erik.cancelRequest('lab');
  await erik.close();
  const again = await stage.node({ dataDir });
  await again.login('erik', passwordOf('erik'));
  await again.joinGroup('lab');
  await anna.acceptRequest('lab', 'erik');
  await again.heard(/accepted you/);
  expect(erik.events).toEqual([]);
  expect(again.events).toHaveLength(1);
});
