import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NodeChange } from '../../src/node/commands.ts';
import { SessionStage, type StagedNode, eventually } from '../support/session-stage.ts';

let stage: SessionStage;
let anna: StagedNode;
let ben: StagedNode;
beforeAll(async () => {
  stage = await SessionStage.open(2);
  [anna, ben] = await Promise.all([stage.user('anna'), stage.user('ben')]);
});
afterAll(() => stage.close());

const changesOf = (node: StagedNode): NodeChange[] => {
  const changes: NodeChange[] = [];
  node.onChange((change) => changes.push(change));
  return changes;
};

test('events say what and whom they are about', async () => {
  await anna.createGroup('lab');
  const { code } = await ben.joinGroup('lab');
  expect(await anna.heard(/ben asks to join lab/)).toMatchObject({
    type: 'notice',
    about: 'request',
    group: 'lab',
    user: 'ben',
    code,
  });
  await anna.acceptRequest('lab', 'ben');
  const subject = { group: 'lab', user: 'anna' };
  expect(await ben.heard(/accepted you/)).toMatchObject({ about: 'accepted', ...subject });
  await anna.removeMember('lab', 'ben');
  expect(await ben.heard(/removed you/)).toMatchObject({ about: 'removed', ...subject });
  await ben.joinGroup('lab');
  await anna.rejectRequest('lab', 'ben');
  expect(await ben.heard(/rejected your request/)).toMatchObject({ about: 'rejected', ...subject });
  await ben.joinGroup('lab');
  await anna.deleteGroup('lab');
  expect(await ben.heard(/was deleted/)).toMatchObject({ about: 'ended', ...subject });
});

test('lists that others change are told of', async () => {
  await anna.createGroup('band');
  const [atAnna, atBen] = [changesOf(anna), changesOf(ben)];
  await ben.joinGroup('band');
  await eventually(() => expect(atAnna).toContainEqual({ what: 'requests', group: 'band' }));
  await anna.acceptRequest('band', 'ben');
  await eventually(() => {
    expect(atBen).toContainEqual({ what: 'groups', group: 'band' });
    expect(atBen).toContainEqual({ what: 'members', group: 'band' });
  });
  const [gid] = anna.access().gate.memberGroups();
  const facts = { content: 'c'.repeat(64) as never, name: 'tour.mp4', size: 7, files: 1 };
  await anna.access().shares.publishShare(gid?.gid as never, facts);
  await eventually(() => expect(atBen).toContainEqual({ what: 'files', group: 'band' }));
});

test('a tracker that goes and comes back changes the list of trackers, and a log-out all lists', async () => {
  const carl = await stage.user('carl');
  const changes = changesOf(carl);
  const trackers = () => changes.filter(({ what }) => what === 'trackers').length;
  await stage.stopTracker(2);
  await eventually(() => expect(trackers()).toBeGreaterThan(0));
  const before = trackers();
  await stage.startTracker(2);
  await eventually(() => expect(trackers()).toBeGreaterThan(before));
  await carl.logout();
  await eventually(() => {
    for (const what of ['account', 'groups', 'files', 'downloads', 'folders'] as const)
      expect(changes).toContainEqual({ what });
  });
});
