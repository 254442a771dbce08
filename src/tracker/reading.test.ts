import { describe, expect, test } from 'vitest';
import { SampleUser } from '../../test/contract/sample-records.ts';
import { SignedGroup } from '../../test/support/signed-group.ts';
import type { TrackerCaller } from '../../test/support/tracker-caller.ts';
import { put, TrackerField, type Account } from '../../test/support/tracker-field.ts';
import { trackerApi } from '../api/index.ts';
import { fromBase64Url, toBase64Url, type GroupId } from '../base/index.ts';
import { decodeRecord, recordKey } from '../records/index.ts';

const field = new TrackerField();
const keysOf = (texts: readonly string[]): string[] =>
  texts.map((text) => decodeRecord(fromBase64Url(text)).key);

/** A group with an owner, a member, who asks to join, and a stranger; each with a share or a request in it. */
async function groupOfFour() {
  const trackers = await field.cluster(1);
  await trackers.start(1);
  const port = trackers.ports[0];
  const owner = await field.account(port, 'owner');
  const member = await field.account(port, 'member');
  const asker = await field.account(port, 'asker');
  const stranger = await field.account(port, 'stranger');
  const group = await SignedGroup.found(owner.person);
  const claim = owner.person.sign('name', recordKey.groupName('lab', group.gid, owner.person.uid), {
    label: 'lab',
  });
  await put(owner.caller, [group.record(), claim, await group.grant(owner.person, 'accepted')]);
  await put(member.caller, [group.request(member.person)]);
  await put(owner.caller, [await group.grant(member.person, 'accepted')]);
  await put(member.caller, [group.share(member.person)]);
  await put(asker.caller, [group.request(asker.person)]);
  return { group, port, owner, member, asker, stranger };
}

async function groupKinds(caller: TrackerCaller, gid: GroupId): Promise<string[]> {
  const { records } = await caller.call(trackerApi.groupRecords, { params: { gid } });
  return keysOf(records).map((key) => key.split('/')[0] ?? '');
}

describe('reading', () => {
  test('everybody gets of a group what it may read, and nothing else', async () => {
    const { group, owner, member, asker, stranger } = await groupOfFour();
    const { gid } = group;
    expect(await groupKinds(owner.caller, gid)).toEqual([
      'grant',
      'grant',
      'group',
      'request',
      'request',
      'share',
    ]);
    expect(await groupKinds(member.caller, gid)).toEqual(['grant', 'grant', 'group', 'request', 'share']);
    expect(await groupKinds(asker.caller, gid)).toEqual(['group', 'request']);
    expect(await groupKinds(stranger.caller, gid)).toEqual(['group']);
    const list = async ({ caller }: Account, prefix: string) =>
      keysOf((await caller.call(trackerApi.listRecords, { query: { prefix } })).records);
    expect(await list(stranger, `share/${gid}/`)).toEqual([]);
    expect(await list(member, `share/${gid}/`)).toEqual([group.share(member.person).key]);
    expect(await list(stranger, `request/${gid}/`)).toEqual([]);
    expect(await list(owner, `request/${gid}/`)).toHaveLength(2);
  });

  test('a removed member reads no more, but learns of it', async () => {
    const { group, owner, member } = await groupOfFour();
    const removal = await group.grant(member.person, 'removed');
    await put(owner.caller, [removal]);
    expect(await groupKinds(member.caller, group.gid)).toEqual(['grant', 'group', 'request', 'share']);
    const own = keysOf(
      (await member.caller.call(trackerApi.groupRecords, { params: { gid: group.gid } })).records,
    );
    expect(own).toContain(removal.key);
    await expect(member.caller.call(trackerApi.online, { params: { gid: group.gid } })).rejects.toMatchObject(
      { code: 'NOT_A_MEMBER' },
    );
  });

  test('one’s own records, and nobody’s credentials or secrets', async () => {
    const { member, stranger } = await groupOfFour();
    const secret = member.person.sign('secret', recordKey.secret('a'.repeat(32), member.person.uid), {
      purpose: 'identity',
      id: '',
      sealed: new Uint8Array(40),
    });
    await put(member.caller, [secret]);
    const own = await member.caller.call(trackerApi.listRecords);
    expect(keysOf(own.records).every((key) => key.endsWith(member.person.uid))).toBe(true);
    expect(own.records).toHaveLength(5);
    const list = async (caller: TrackerCaller, prefix: string) =>
      keysOf((await caller.call(trackerApi.listRecords, { query: { prefix } })).records);
    expect(await list(member.caller, 'secret/')).toEqual([secret.key]);
    expect(await list(stranger.caller, 'secret/')).toEqual([]);
    expect(await list(stranger.caller, secret.key)).toEqual([]);
    expect(await list(stranger.caller, 'credential/')).toEqual([]);
    for (const prefix of ['share/', 'request', 'x/', 'grant/abc/']) {
      await expect(list(stranger.caller, prefix)).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
    }
  });

  test('every group with owner and number of members, also after its end', async () => {
    const { group, owner, stranger } = await groupOfFour();
    const row = async () => (await stranger.caller.call(trackerApi.groups)).groups[0];
    expect(await row()).toEqual({
      gid: group.gid,
      label: 'lab',
      owner: owner.person.uid,
      ownerLabel: 'owner',
      members: 2,
      ended: false,
      records: [toBase64Url(group.record().bytes)].map(() => expect.any(String)),
    });
    await put(owner.caller, [group.ended()]);
    expect(await row()).toMatchObject({ ended: true, members: 0 });
  });

  test('names to ids and back', async () => {
    const { group, owner, stranger } = await groupOfFour();
    const { uid } = owner.person;
    const found = await stranger.caller.call(trackerApi.name, { params: { kind: 'group', label: 'LAB' } });
    expect(found).toMatchObject({ id: group.gid, label: 'lab' });
    expect(keysOf(found.records)).toEqual([recordKey.groupName('lab', group.gid, uid), group.record().key]);
    const ids = [uid, group.gid, 'f'.repeat(64)].join(',');
    expect((await stranger.caller.call(trackerApi.labels, { query: { ids } })).labels).toEqual({
      [uid]: 'owner',
      [group.gid]: 'lab',
    });
    for (const [kind, code] of [
      ['user', 'NO_SUCH_USER'],
      ['group', 'NO_SUCH_GROUP'],
    ] as const) {
      const call = stranger.caller.call(trackerApi.name, { params: { kind, label: 'nobody' } });
      await expect(call).rejects.toMatchObject({ code });
    }
  });

  test('compares what a client holds of its own with what is here', async () => {
    const { member, owner } = await groupOfFour();
    const { person } = member;
    const newer = person.share(1, 2);
    await put(member.caller, [newer]);
    const digests: [string, string][] = [
      [person.user('member').key, person.user('member').hash],
      [newer.key, person.share(1, 1).hash],
      [person.share(2).key, person.share(2).hash],
      [owner.person.share(2).key, owner.person.share(2).hash],
    ];
    const { want, newer: held } = await member.caller.call(trackerApi.mine, { body: { digests } });
    expect(want).toEqual([newer.key, person.share(2).key]);
    expect(keysOf(held)).toEqual([newer.key]);
  });

  test('pages hold 256 records, and together all of them once', async () => {
    const { owner, group, member } = await groupOfFour();
    const shares = Array.from({ length: 300 }, (_, n) => group.share(member.person, `file ${n}`));
    await put(member.caller, shares.slice(0, 200));
    await put(member.caller, shares.slice(200));
    const seen: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const query = after === undefined ? {} : { after };
      const page = await owner.caller.call(trackerApi.groupRecords, { params: { gid: group.gid }, query });
      seen.push(...keysOf(page.records));
      after = page.next;
      pages += 1;
    } while (after !== undefined);
    expect(pages).toBe(2);
    expect(seen).toHaveLength(306);
    expect(new Set(seen).size).toBe(306);
    const query = { only: 'rights' } as const;
    const rights = await owner.caller.call(trackerApi.groupRecords, { params: { gid: group.gid }, query });
    expect(keysOf(rights.records)).toEqual(seen.filter((key) => !key.startsWith('share/')));
    expect(rights.next).toBeUndefined();
  });

  test('an unknown user of the cluster cannot list groups before its record is here', async () => {
    const { port, owner } = await groupOfFour();
    const unknown = new SampleUser(owner.person.cluster);
    const caller = await field.caller(port, unknown);
    await expect(caller.call(trackerApi.groups)).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
    await put(caller, [unknown.user('new')]);
    expect((await caller.call(trackerApi.groups)).groups).toHaveLength(1);
  });
});
