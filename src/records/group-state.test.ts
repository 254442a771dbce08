import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex, utf8 } from '../base/index.ts';
import { encode } from '../bencode/index.ts';
import { createAuthority, sign, type Authority } from '../identity/index.ts';
import { CLUSTER, NOW_MS, Person, SignedGroup } from '../../test/support/signed-group.ts';
import {
  groupState,
  nextRequestNumber,
  renewalsDue,
  standingOf,
  type GroupState,
  type Standing,
} from './group-state.ts';
import type { Epoch, SignedRecord } from './kinds.ts';
import { verifyRecord } from './signing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const owner = new Person();
const ben = new Person();
const carl = new Person();
let group: SignedGroup;
/** Records by a short name, for tables. */
let facts: Record<string, SignedRecord>;

beforeAll(async () => {
  group = await SignedGroup.found(owner, 'Lab');
  facts = {
    asks: group.request(ben, 1),
    asksAgain: group.request(ben, 2),
    accepted: await group.grant(ben, 'accepted'),
    renewed: await group.grant(ben, 'accepted', { serial: 2 }),
    rejected: await group.grant(ben, 'rejected'),
    removed: await group.grant(ben, 'removed'),
    acceptedAgain: await group.grant(ben, 'accepted', { n: 2 }),
    rejectedAgain: await group.grant(ben, 'rejected', { n: 2 }),
    leaves: group.left(ben, 1),
    leavesAgain: group.left(ben, 2),
    acceptedByCarl: await group.grant(ben, 'accepted', { by: carl }),
    acceptedBySelf: await group.grant(ben, 'accepted', { by: ben }),
    removedByCarl: await group.grant(ben, 'removed', { by: carl }),
    endedByCarl: group.ended(carl),
    ended: group.ended(),
    ownerGrant: await group.grant(owner, 'accepted'),
    share: group.share(ben),
    withdrawn: group.share(ben, 'tour.mp4', { n: 2, offered: false }),
  };
});

const stateOf = (names: readonly string[]): GroupState =>
  groupState([group.record(), ...names.map((name) => facts[name] as SignedRecord)]) as GroupState;

describe('how a user stands to a group', () => {
  test.each<{ why: string; given: string[]; standing: Standing; shares?: number; next?: number }>([
    { why: 'never asked', given: [], standing: 'none', next: 1 },
    { why: 'asked', given: ['asks'], standing: 'pending', next: 2 },
    { why: 'accepted', given: ['asks', 'accepted'], standing: 'member' },
    { why: 'the grant came before the request', given: ['accepted'], standing: 'member' },
    { why: 'withdrew the request', given: ['asks', 'leaves'], standing: 'left', next: 2 },
    { why: 'withdrew before the owner accepted', given: ['asks', 'leaves', 'accepted'], standing: 'left' },
    { why: 'rejected', given: ['asks', 'rejected'], standing: 'rejected', next: 2 },
    { why: 'rejected, asked again', given: ['asksAgain', 'rejected'], standing: 'pending', next: 3 },
    { why: 'rejected twice', given: ['asksAgain', 'rejectedAgain'], standing: 'rejected' },
    { why: 'left', given: ['asks', 'accepted', 'leaves'], standing: 'left', next: 2 },
    { why: 'left, asks again', given: ['asksAgain', 'accepted', 'leaves'], standing: 'pending' },
    { why: 'left and came back', given: ['asksAgain', 'acceptedAgain', 'leaves'], standing: 'member' },
    { why: 'came back and left', given: ['asksAgain', 'acceptedAgain', 'leavesAgain'], standing: 'left' },
    { why: 'removed', given: ['asks', 'removed'], standing: 'removed' },
    { why: 'removed; the old acceptance turns up', given: ['removed', 'accepted'], standing: 'removed' },
    { why: 'removed; a renewal turns up', given: ['removed', 'renewed'], standing: 'removed' },
    { why: 'removed, asks again', given: ['removed', 'asksAgain'], standing: 'pending' },
    { why: 'removed, accepted again', given: ['removed', 'acceptedAgain'], standing: 'member' },
    { why: 'accepted by who is no owner', given: ['asks', 'acceptedByCarl'], standing: 'pending' },
    { why: 'accepted by oneself', given: ['asks', 'acceptedBySelf'], standing: 'pending' },
    { why: 'removed by who is no owner', given: ['accepted', 'removedByCarl'], standing: 'member' },
    { why: 'a member asks once more', given: ['asksAgain', 'accepted'], standing: 'member' },
    { why: 'the group is over', given: ['asks', 'accepted', 'ended'], standing: 'ended' },
    { why: 'ended by who is no owner', given: ['accepted', 'endedByCarl'], standing: 'member' },
    { why: 'a share counts', given: ['accepted', 'share'], standing: 'member', shares: 1 },
    { why: 'a withdrawn share does not', given: ['accepted', 'share', 'withdrawn'], standing: 'member' },
    { why: 'nor that of a stranger', given: ['share'], standing: 'none' },
    { why: 'nor that of one who left', given: ['accepted', 'leaves', 'share'], standing: 'left' },
    { why: 'back on return', given: ['acceptedAgain', 'leaves', 'share'], standing: 'member', shares: 1 },
    { why: 'nor in a group that is over', given: ['accepted', 'ended', 'share'], standing: 'ended' },
  ])('$why: $standing', ({ given, standing, shares = 0, next }) => {
    const state = stateOf(given);
    expect(standingOf(state, ben.uid)).toBe(standing);
    expect(state.members.has(ben.uid)).toBe(standing === 'member');
    expect(state.pending.has(ben.uid)).toBe(standing === 'pending');
    expect(state.membersByKey.has(sha256Hex(ben.memberKey.publicKey))).toBe(standing === 'member');
    expect(state.shares.length).toBe(shares);
    if (next !== undefined) expect(nextRequestNumber(state, ben.uid)).toBe(next);
  });

  test('follows from the set alone, in whatever order it came and however often', () => {
    const names = Object.keys(facts);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 12 }), fc.nat(), (given, turn) => {
        const turned = [...given.slice(turn % 12), ...given.slice(0, turn % 12), ...given];
        expect(gist(stateOf(turned))).toEqual(gist(stateOf(given)));
      }),
    );
  });
});

describe('a group', () => {
  test('needs its own record', () => {
    expect(groupState([])).toBeUndefined();
    expect(groupState([facts['asks'] as SignedRecord])).toBeUndefined();
  });

  test('has its owner as a member from the start, with a certificate once granted', () => {
    const bare = stateOf([]);
    expect(bare).toMatchObject({ label: 'Lab', owner: owner.uid, epoch: 0, ended: false, forked: false });
    expect(bare.authorityPem).toBe(group.authority.certificatePem);
    expect(bare.members.get(owner.uid)).toEqual({ user: owner.uid, role: 'owner', sinceMs: NOW_MS });
    const member = stateOf(['ownerGrant', 'accepted']);
    expect(member.members.get(owner.uid)).toMatchObject({ role: 'owner', grant: facts['ownerGrant'] });
    expect(member.members.get(ben.uid)).toMatchObject({ role: 'member', sinceMs: NOW_MS + 10 });
    expect(member.membersByKey.get(sha256Hex(owner.memberKey.publicKey))).toBe(owner.uid);
  });

  test('shows a request with both keys of who asks', () => {
    expect(stateOf(['asks']).pending.get(ben.uid)).toEqual({
      user: ben.uid,
      n: 1,
      memberKey: ben.memberKey.publicKey,
      identityKey: ben.identity.publicKey,
      atMs: NOW_MS + 1,
    });
  });

  test('tells its owner whose certificate to renew', () => {
    const state = stateOf(['accepted', 'ownerGrant']);
    expect(renewalsDue(state, NOW_MS + 200 * DAY_MS)).toEqual([]);
    const due = renewalsDue(state, NOW_MS + 300 * DAY_MS).map(({ user }) => user);
    expect(due.toSorted()).toEqual([owner.uid, ben.uid].toSorted());
  });
});

describe('epochs', () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority(NOW_MS);
  });

  const after = (before: string, at: number, from: Person, to: Person, by = from): Epoch => {
    const terms = { ownerKey: to.identity.publicKey, authority: authority.certificatePem };
    const head = utf8(`mbt epoch 1\n${CLUSTER}\n${group.gid}\n${at}\n${before}\n`);
    const bytes = { ownerKey: terms.ownerKey, authority: utf8(terms.authority) };
    const dict = new Map(Object.entries(bytes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const statement = Buffer.concat([head, encode(dict)]);
    return {
      ...terms,
      byOld: sign(by.identity.privateKey, statement),
      byNew: sign(to.identity.privateKey, statement),
    };
  };

  test('pass a group on: the new owner’s grants count, the old one’s no longer', async () => {
    const handed = group.record([after(group.gid, 1, owner, carl)], carl);
    expect(verifyRecord(handed, CLUSTER)).toBe(true);
    const before = [group.record(), facts['accepted'] as SignedRecord];
    const early = await group.grant(ben, 'accepted', { by: carl, epoch: 1, authority });
    expect(standingOf(groupState([...before, early]) as GroupState, ben.uid)).toBe('member');
    const without = groupState([...before, handed]) as GroupState;
    expect(without).toMatchObject({ owner: carl.uid, epoch: 1, authorityPem: authority.certificatePem });
    expect(standingOf(without, ben.uid)).toBe('none');
    expect(standingOf(without, owner.uid)).toBe('none');
    const whole = groupState([...before, handed, early]) as GroupState;
    expect(standingOf(whole, ben.uid)).toBe('member');
    const tooLate = await group.grant(ben, 'removed');
    expect(standingOf(groupState([...before, handed, early, tooLate]) as GroupState, ben.uid)).toBe('member');
    const over = groupState([...before, handed, group.ended()]) as GroupState;
    expect(over.ended).toBe(false);
    expect(groupState([...before, handed, group.ended(carl, 1)])?.ended).toBe(true);
  });

  test('need both signatures, over this very history', () => {
    const stolen = group.record([after(group.gid, 1, owner, carl, carl)], carl);
    expect(verifyRecord(stolen, CLUSTER)).toBe(false);
    const elsewhere = group.record([after(sha256Hex('x'), 1, owner, carl)], carl);
    expect(verifyRecord(elsewhere, CLUSTER)).toBe(false);
    const unwilling = group.record(
      [{ ...after(group.gid, 1, owner, carl), byNew: new Uint8Array(64) }],
      carl,
    );
    expect(verifyRecord(unwilling, CLUSTER)).toBe(false);
  });

  test('that fork are seen by everybody', () => {
    const toCarl = group.record([after(group.gid, 1, owner, carl)], carl);
    const toBen = group.record([after(group.gid, 1, owner, ben)], ben);
    const one = groupState([group.record(), toCarl]) as GroupState;
    const both = groupState([group.record(), toCarl, toBen]) as GroupState;
    expect(one.forked).toBe(false);
    expect(both.forked).toBe(true);
    expect(groupState([toBen, group.record(), toCarl])?.owner).toBe(both.owner);
  });

  test('a rekey by the same owner lets nobody in who was removed', async () => {
    const rekeyed = group.record([after(group.gid, 1, owner, owner)]);
    const again = await group.grant(ben, 'accepted', { epoch: 1, authority });
    const state = groupState([
      group.record(),
      rekeyed,
      facts['removed'] as SignedRecord,
      again,
    ]) as GroupState;
    expect(standingOf(state, ben.uid)).toBe('removed');
    expect(standingOf(groupState([rekeyed, again]) as GroupState, ben.uid)).toBe('member');
    expect(standingOf(groupState([rekeyed, facts['accepted'] as SignedRecord]) as GroupState, ben.uid)).toBe(
      'none',
    );
  });
});

/** What a state says, without the records behind it. */
function gist(state: GroupState): object {
  const {
    requests: _r,
    grants: _g,
    lefts: _l,
    endedRecord: _e,
    members,
    membersByKey,
    pending,
    ...rest
  } = state;
  const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] =>
    [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const who = sorted(members).map(([user, { role, grant }]) => [user, role, grant?.hash]);
  return { ...rest, who, keys: sorted(membersByKey), pending: sorted(pending) };
}
