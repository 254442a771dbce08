import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InvitationLink, encodeInvitation, parseInvitation, trackerApi } from '../../src/api/index.ts';
import type { InviteTerms } from '../../src/node/commands.ts';
import { type GroupId, fromHex, systemClock } from '../../src/base/index.ts';
import { invitationMac, sign } from '../../src/identity/index.ts';
import {
  type InvitationProof,
  type SignedRecord,
  possessionStatement,
  recordKey,
} from '../../src/records/index.ts';
import { SampleUser } from '../contract/sample-records.ts';
import { HeldClock } from '../support/held-clock.ts';
import { SessionStage, type StagedNode, eventually, passwordOf } from '../support/session-stage.ts';
import { TrackerCaller } from '../support/tracker-caller.ts';
import { put } from '../support/tracker-field.ts';

let stage: SessionStage;
let anna: StagedNode;
let ben: StagedNode;
let carl: StagedNode;
beforeAll(async () => {
  stage = await SessionStage.open(2);
  [anna, ben, carl] = await Promise.all([stage.user('anna'), stage.user('ben'), stage.user('carl')]);
});
afterAll(() => stage.close());

const terms = (more: Partial<InviteTerms> = {}): InviteTerms => ({
  expiresInSeconds: 3_600,
  uses: 1,
  auto: false,
  ...more,
});
const memberNames = async (node: StagedNode, group: string): Promise<string[]> =>
  (await node.listMembers(group)).map(({ user }) => user);
const hasJoined = (node: StagedNode, group: string) =>
  eventually(async () =>
    expect(await node.listGroups()).toContainEqual(
      expect.objectContaining({ group, you: 'member' }) as unknown,
    ),
  );

test('an invitation vouches for the request made with it, and the owner accepts', async () => {
  await anna.createGroup('lab');
  const made = await anna.invite('lab', terms());
  expect(made).toMatchObject({ group: 'lab', uses: 1, used: 0, auto: false, state: 'open' });
  expect(parseInvitation(made.link)).toMatchObject({
    group: 'lab',
    inviter: 'anna',
    trackers: [1, 2].map((line) => ({ port: stage.portOf(line) })),
  });
  const { code } = await ben.whoami();
  expect(await ben.joinByInvitation(made.link)).toEqual({ group: 'lab', owner: 'anna', code });
  expect(await anna.heard(/ben asks to join lab with your invitation/)).toMatchObject({
    about: 'request',
    group: 'lab',
    user: 'ben',
    code,
  });
  expect(await anna.listRequests('lab')).toMatchObject([{ user: 'ben', invited: true }]);
  await expect(ben.joinByInvitation(made.link)).rejects.toMatchObject({ code: 'ALREADY_REQUESTED' });
  await anna.acceptRequest('lab', 'ben');
  await ben.heard(/anna accepted you: you are in lab/);
  await eventually(async () =>
    expect(await anna.listInvitations('lab')).toEqual([{ ...made, used: 1, state: 'used-up' }]),
  );
  await expect(ben.joinByInvitation(made.link)).rejects.toMatchObject({ code: 'ALREADY_MEMBER' });
});

test('with auto the owner’s node accepts by itself, also what came while it was away', async () => {
  await anna.createGroup('band');
  const { link } = await anna.invite('band', terms({ uses: 2, auto: true }));
  await ben.joinByInvitation(link);
  await ben.heard(/anna accepted you: you are in band/);
  expect(await anna.heard(/ben came into band by your invitation/)).toMatchObject({
    about: 'joined',
    group: 'band',
    user: 'ben',
  });
  await anna.logout();
  await carl.joinByInvitation(link);
  expect(await carl.listGroups()).toContainEqual(expect.objectContaining({ group: 'band', you: 'pending' }));
  await anna.login('anna', passwordOf('anna'));
  await carl.heard(/anna accepted you: you are in band/);
  expect(await memberNames(anna, 'band')).toEqual(['anna', 'ben', 'carl']);
  const asked = anna.events.filter((event) => 'about' in event && event.about === 'request');
  expect(asked.filter(({ group }) => group === 'band')).toEqual([]);
});

describe('an invitation that is over turns down who comes with it, and says why', () => {
  test('used up', async () => {
    await anna.createGroup('duo');
    const { link, id } = await anna.invite('duo', terms({ auto: true }));
    await ben.joinByInvitation(link);
    await hasJoined(ben, 'duo');
    await carl.joinByInvitation(link);
    expect(await carl.heard(/your invitation to duo is used up.*ask anna/)).toMatchObject({
      about: 'rejected',
      group: 'duo',
      user: 'anna',
    });
    await anna.heard(new RegExp(`carl asked to join duo by your invitation ${id}, which is used up`));
    expect(await anna.listInvitations('duo')).toMatchObject([{ used: 1, state: 'used-up' }]);
    const { link: another } = await anna.invite('duo', terms({ auto: true }));
    await carl.joinByInvitation(another);
    await hasJoined(carl, 'duo');
  });

  test('withdrawn, also for who waits already', async () => {
    await anna.createGroup('trio');
    const made = await anna.invite('trio', terms({ uses: 5 }));
    await ben.joinByInvitation(made.link);
    await anna.heard(/ben asks to join trio/);
    await anna.withdrawInvitation('trio', made.id);
    await ben.heard(/anna has withdrawn the invitation to trio/);
    await carl.joinByInvitation(made.link);
    await carl.heard(/anna has withdrawn the invitation to trio/);
    expect(await anna.listInvitations('trio')).toMatchObject([{ used: 0, state: 'withdrawn' }]);
    expect(await anna.listRequests('trio')).toEqual([]);
  });

  test('expired: at once, by the clock of who opens it', async () => {
    const clock = new HeldClock();
    const dora = await stage.user('dora', { clock });
    await anna.createGroup('soon');
    const { link, expiresAtMs } = await anna.invite('soon', terms({ expiresInSeconds: 60, auto: true }));
    clock.forward(expiresAtMs - clock.wallMs() + 1);
    await expect(dora.joinByInvitation(link)).rejects.toMatchObject({
      code: 'INVALID_INVITATION',
      message: expect.stringMatching(/expired on .*ask anna/) as string,
    });
    expect(await anna.listRequests('soon')).toEqual([]);
  });

  test('expired while the owner was away: the owner decides', async () => {
    const clock = new HeldClock();
    const emma = await stage.user('emma', { clock });
    await emma.createGroup('late');
    const { link } = await emma.invite('late', terms({ expiresInSeconds: 60, auto: true }));
    await emma.logout();
    await ben.joinByInvitation(link);
    clock.forward(120_000);
    await emma.login('emma', passwordOf('emma'));
    await emma.heard(/ben asks to join late with your invitation/);
    expect(await emma.listInvitations('late')).toMatchObject([{ state: 'expired' }]);
    expect(await emma.listRequests('late')).toMatchObject([{ user: 'ben', invited: true }]);
    await emma.acceptRequest('late', 'ben');
    await ben.heard(/you are in late now/);
  });
});

describe('a key that somebody put in place of the invited one', () => {
  /** Someone whose records are made by hand, with an account at a tracker. */
  async function stranger(label: string): Promise<{ person: SampleUser; caller: TrackerCaller }> {
    const nobody = await TrackerCaller.open(stage.portOf(1));
    const { cluster } = await nobody.call(trackerApi.cluster);
    await nobody.close();
    const person = new SampleUser(cluster);
    const caller = await TrackerCaller.open(stage.portOf(1), person.identity);
    await put(caller, [person.user(label), person.claim(label)]);
    return { person, caller };
  }

  const requestBy = (person: SampleUser, gid: GroupId, invitation: InvitationProof): SignedRecord => {
    const { publicKey: memberKey, privateKey } = person.memberKey;
    const possession = sign(privateKey, possessionStatement(gid, person.uid, 1));
    const body = { n: 1, memberKey, possession, invitation, atMs: systemClock.wallMs() };
    return person.sign('request', recordKey.request(gid, person.uid), body);
  };

  test('is noticed: it counts as not invited, and is never let in by itself', async () => {
    await anna.createGroup('vault');
    const { gid, id, secret } = parseInvitation((await anna.invite('vault', terms({ auto: true }))).link);
    const [honest, mallory] = [await stranger('honest'), await stranger('mallory')];
    const keys = {
      memberKey: honest.person.memberKey.publicKey,
      identityKey: honest.person.identity.publicKey,
    };
    const proof = { id: fromHex(id), mac: invitationMac(secret, { gid, n: 1, ...keys }) };
    // What a tracker can do: keep the request to itself, and show one with its own keys and the same proof.
    await put(mallory.caller, [requestBy(mallory.person, gid, proof)]);
    expect(await anna.heard(/mallory asks to join vault naming an invitation.*does not hold/)).toMatchObject({
      about: 'request',
      user: 'mallory',
    });
    expect(await anna.listRequests('vault')).toMatchObject([{ user: 'mallory', invited: false }]);
    await put(honest.caller, [requestBy(honest.person, gid, proof)]);
    await anna.heard(/honest came into vault/);
    expect(await memberNames(anna, 'vault')).toEqual(['anna', 'honest']);
    expect(await anna.listRequests('vault')).toMatchObject([{ user: 'mallory', invited: false }]);
    await Promise.all([honest.caller.close(), mallory.caller.close()]);
  });
});

test('who was removed does not come back by a link, unless the owner wants it', async () => {
  await anna.createGroup('strict');
  const { link } = await anna.invite('strict', terms({ uses: 9, auto: true }));
  await ben.joinByInvitation(link);
  await hasJoined(ben, 'strict');
  await anna.removeMember('strict', 'ben');
  await ben.heard(/removed you from strict/);
  await ben.joinByInvitation(link);
  await anna.heard(/ben asks to join strict with your invitation/);
  await carl.joinByInvitation(link);
  await hasJoined(carl, 'strict');
  expect(await memberNames(anna, 'strict')).toEqual(['anna', 'carl']);
  await anna.acceptRequest('strict', 'ben');
  await hasJoined(ben, 'strict');
  await ben.leaveGroup('strict');
  await ben.joinByInvitation(link);
  await hasJoined(ben, 'strict');
  await eventually(async () => expect(await anna.listInvitations('strict')).toMatchObject([{ used: 4 }]));
});

test('who was removed does not wash that off with an invitation that is over', async () => {
  await anna.createGroup('washed');
  const [over, open] = [
    await anna.invite('washed', terms({ auto: true })),
    await anna.invite('washed', terms({ uses: 9, auto: true })),
  ];
  await ben.joinByInvitation(over.link);
  await hasJoined(ben, 'washed');
  await anna.removeMember('washed', 'ben');
  await ben.heard(/removed you from washed/);
  await ben.joinByInvitation(over.link);
  await anna.heard(/ben asks to join washed with your invitation/);
  await ben.joinByInvitation(open.link);
  await carl.joinByInvitation(open.link);
  await hasJoined(carl, 'washed');
  expect(await memberNames(anna, 'washed')).toEqual(['anna', 'carl']);
});

test('who asks on and on with a link that is over is not answered each time', async () => {
  await anna.createGroup('deaf');
  const { link, id } = await anna.invite('deaf', terms({ uses: 9 }));
  await anna.withdrawInvitation('deaf', id);
  const isPending = expect.objectContaining({ group: 'deaf', you: 'pending' }) as unknown;
  for (let n = 1; n <= 5; n += 1) {
    await ben.joinByInvitation(link);
    await eventually(async () => expect(await ben.listGroups()).not.toContainEqual(isPending));
  }
  await ben.joinByInvitation(link);
  // Answered after ben's, were that answered at all.
  await carl.joinByInvitation(link);
  await carl.heard(/anna has withdrawn the invitation to deaf/);
  expect(await anna.listRequests('deaf')).toMatchObject([{ user: 'ben' }]);
});

test('who waits for an answer may ask again with an invitation', async () => {
  await anna.createGroup('queue');
  await ben.joinGroup('queue');
  const { link } = await anna.invite('queue', terms({ auto: true }));
  await ben.joinByInvitation(link);
  await hasJoined(ben, 'queue');
});

test('invitations are the owner’s, and stay on the device that made them', async () => {
  const dataDir = join(stage.folder, 'frida');
  const frida = await stage.user('frida', { dataDir });
  await frida.createGroup('home');
  await expect(ben.invite('home', terms())).rejects.toMatchObject({ code: 'NOT_OWNER' });
  await expect(ben.listInvitations('home')).rejects.toMatchObject({ code: 'NOT_OWNER' });
  await expect(frida.invite('home', terms({ uses: 0 }))).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
  const made = await frida.invite('home', terms());
  await expect(frida.joinByInvitation(made.link)).rejects.toMatchObject({
    code: 'ALREADY_MEMBER',
    message: expect.stringMatching(/your own group/) as string,
  });
  const laptop = await stage.node();
  await laptop.login('frida', passwordOf('frida'));
  expect(await laptop.listInvitations('home')).toEqual([]);
  await expect(laptop.withdrawInvitation('home', made.id)).rejects.toMatchObject({
    code: 'NO_SUCH_INVITATION',
  });
  await ben.joinByInvitation(made.link);
  await laptop.heard(/ben asks to join home/);
  expect(await laptop.listRequests('home')).toMatchObject([{ invited: false }]);
  await laptop.acceptRequest('home', 'ben');
  await frida.close();
  const again = await stage.node({ dataDir });
  await again.login('frida', passwordOf('frida'));
  await eventually(async () =>
    expect(await again.listInvitations('home')).toEqual([{ ...made, used: 1, state: 'used-up' }]),
  );
});

describe('a link', () => {
  const made = async (more: Partial<InvitationLink>): Promise<string> => {
    const { link } = await anna.invite('lab', terms());
    return encodeInvitation({ ...parseInvitation(link), ...more });
  };

  test.each([
    { why: 'damaged', link: async () => (await made({})).slice(0, -3), code: 'INVALID_INVITATION' },
    { why: 'for other trackers', link: () => made({ cluster: '0'.repeat(64) }), code: 'DIFFERENT_CLUSTER' },
    { why: 'to a group that is not', link: () => made({ group: 'nowhere' }), code: 'NO_SUCH_GROUP' },
    {
      why: 'to another group than its name is here',
      link: () => made({ gid: 'f'.repeat(64) as never }),
      code: 'IDENTITY_CHANGED',
    },
  ])('is refused: $why', async ({ link, code }) => {
    await expect(carl.joinByInvitation(await link())).rejects.toMatchObject({ code });
  });
});

test('a tracker that shows another group under the name lets nobody ask there', async () => {
  const lone = await SessionStage.open(1);
  try {
    const gina = await lone.user('gina');
    await gina.createGroup('club');
    const { link } = await gina.invite('club', terms());
    await gina.close();
    await lone.stopTracker(1);
    await lone.loseDisk(1);
    await lone.startTracker(1);
    const eve = await lone.user('eve');
    await eve.createGroup('club');
    const hugo = await lone.user('hugo');
    await expect(hugo.joinByInvitation(link)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    expect(await eve.listRequests('club')).toEqual([]);
  } finally {
    await lone.close();
  }
});
