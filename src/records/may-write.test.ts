import { beforeAll, describe, expect, test } from 'vitest';
import { secretBytes } from '../base/index.ts';
import { generateKey, proofHash, userIdOf } from '../identity/index.ts';
import { Person, SignedGroup } from '../../test/support/signed-group.ts';
import { groupState } from './group-state.ts';
import type { Bodies, RecordOf, SignedRecord } from './kinds.ts';
import { mayWrite, type WriteFacts } from './may-write.ts';
import { recordKey } from './record-key.ts';
import { stampRecord } from './signing.ts';

const owner = new Person();
const ben = new Person();
const carl = new Person();
let group: SignedGroup;
let accepted: SignedRecord;
let grants: Record<
  'accepts' | 'renews' | 'acceptsNext' | 'rejects' | 'removes' | 'byBen' | 'ownerOut',
  SignedRecord
>;

beforeAll(async () => {
  group = await SignedGroup.found(owner);
  accepted = await group.grant(ben, 'accepted');
  grants = {
    accepts: accepted,
    renews: await group.grant(ben, 'accepted', { serial: 2 }),
    acceptsNext: await group.grant(ben, 'accepted', { n: 2 }),
    rejects: await group.grant(ben, 'rejected'),
    removes: await group.grant(ben, 'removed'),
    byBen: await group.grant(carl, 'accepted', { by: ben }),
    ownerOut: await group.grant(owner, 'removed'),
  };
});

const invitedBy = (id: number): Pick<Bodies['request'], 'invitation'> => ({
  invitation: { id: new Uint8Array(8).fill(id), mac: new Uint8Array(32) },
});
const knowing = (...records: SignedRecord[]): WriteFacts => ({
  group: groupState([group.record(), ...records]),
});
const codeOf = (record: SignedRecord, facts: WriteFacts): string | undefined => mayWrite(record, facts)?.code;

describe('a write to a group', () => {
  test.each<{
    why: string;
    write: () => SignedRecord;
    given?: () => SignedRecord[];
    code: string | undefined;
  }>([
    { why: 'ask', write: () => group.request(ben), code: undefined },
    {
      why: 'ask again while pending',
      write: () => group.request(ben, 2),
      given: () => [group.request(ben)],
      code: 'ALREADY_REQUESTED',
    },
    {
      why: 'ask again with an invitation',
      write: () => group.request(ben, 2, invitedBy(1)),
      given: () => [group.request(ben)],
      code: undefined,
    },
    {
      why: 'ask again with the same invitation',
      write: () => group.request(ben, 2, invitedBy(1)),
      given: () => [group.request(ben, 1, invitedBy(1))],
      code: 'ALREADY_REQUESTED',
    },
    {
      why: 'ask again with another invitation',
      write: () => group.request(ben, 2, invitedBy(2)),
      given: () => [group.request(ben, 1, invitedBy(1))],
      code: undefined,
    },
    {
      why: 'ask as a member',
      write: () => group.request(ben, 2),
      given: () => [accepted],
      code: 'ALREADY_MEMBER',
    },
    { why: 'ask as the owner', write: () => group.request(owner), code: 'ALREADY_MEMBER' },
    {
      why: 'ask with a spent number',
      write: () => group.request(ben),
      given: () => [grants.removes],
      code: 'CONFLICT',
    },
    {
      why: 'ask after a removal',
      write: () => group.request(ben, 2),
      given: () => [grants.removes],
      code: undefined,
    },
    {
      why: 'ask when it is over',
      write: () => group.request(ben),
      given: () => [group.ended()],
      code: 'NO_SUCH_GROUP',
    },
    { why: 'leave', write: () => group.left(ben), given: () => [accepted], code: undefined },
    { why: 'withdraw', write: () => group.left(ben), given: () => [group.request(ben)], code: undefined },
    { why: 'leave without being in', write: () => group.left(ben), code: 'NOT_A_MEMBER' },
    {
      why: 'leave too little',
      write: () => group.left(ben),
      given: () => [grants.acceptsNext],
      code: 'CONFLICT',
    },
    { why: 'leave as the owner', write: () => group.left(owner), code: 'OWNER_CANNOT_LEAVE' },
    { why: 'accept', write: () => grants.accepts, given: () => [group.request(ben)], code: undefined },
    { why: 'accept nobody', write: () => grants.accepts, code: 'NO_SUCH_REQUEST' },
    {
      why: 'accept another request',
      write: () => grants.accepts,
      given: () => [group.request(ben, 2)],
      code: 'CONFLICT',
    },
    {
      why: 'accept without being owner',
      write: () => grants.byBen,
      given: () => [accepted, group.request(carl)],
      code: 'NOT_OWNER',
    },
    { why: 'renew', write: () => grants.renews, given: () => [accepted], code: undefined },
    {
      why: 'renew one who is out',
      write: () => grants.renews,
      given: () => [grants.removes],
      code: 'NO_SUCH_REQUEST',
    },
    { why: 'reject', write: () => grants.rejects, given: () => [group.request(ben)], code: undefined },
    { why: 'reject nobody', write: () => grants.rejects, code: 'NO_SUCH_REQUEST' },
    { why: 'remove', write: () => grants.removes, given: () => [accepted], code: undefined },
    {
      why: 'remove who only asked',
      write: () => grants.removes,
      given: () => [group.request(ben)],
      code: 'NO_SUCH_MEMBER',
    },
    {
      why: 'remove under a spent number',
      write: () => grants.removes,
      given: () => [grants.acceptsNext],
      code: 'CONFLICT',
    },
    { why: 'remove the owner', write: () => grants.ownerOut, code: 'OWNER_CANNOT_LEAVE' },
    { why: 'share', write: () => group.share(ben), given: () => [accepted], code: undefined },
    { why: 'share as a stranger', write: () => group.share(ben), code: 'NOT_A_MEMBER' },
    {
      why: 'withdraw a share after leaving',
      write: () => group.share(ben, 'x', { n: 2, offered: false }),
      code: undefined,
    },
    { why: 'end', write: () => group.ended(), code: undefined },
    {
      why: 'end without being owner',
      write: () => group.ended(ben),
      given: () => [accepted],
      code: 'NOT_OWNER',
    },
    {
      why: 'end what is over',
      write: () => group.ended(owner, 1),
      given: () => [group.ended()],
      code: 'NO_SUCH_GROUP',
    },
  ])('$why: $code', ({ write, given, code }) => {
    expect(codeOf(write(), knowing(...(given?.() ?? [])))).toBe(code);
  });

  test('that does not exist is NO_SUCH_GROUP, whatever is written', () => {
    for (const write of [group.request(ben), group.left(ben), accepted, group.share(ben), group.ended(ben)]) {
      expect(codeOf(write, {})).toBe('NO_SUCH_GROUP');
    }
  });

  test('accepts no other key than the one that was asked for', async () => {
    const swapped = await group.grant(ben, 'accepted', { memberKey: carl.memberKey.publicKey });
    expect(codeOf(swapped, knowing(group.request(ben)))).toBe('CODE_MISMATCH');
  });

  test('that is there already may be repeated', () => {
    expect(codeOf(group.left(ben), { current: group.left(ben) })).toBeUndefined();
  });
});

describe('a credential', () => {
  const password = secretBytes(32);
  const recovery = secretBytes(32);
  const credential = (more: Partial<Bodies['credential']>): RecordOf<'credential'> =>
    ben.sign('credential', recordKey.credential(ben.uid), {
      n: 1,
      setup: 1,
      registration: new Uint8Array(192),
      wrapByPassword: new Uint8Array(61),
      passwordProofHash: proofHash(password),
      wrapByRecovery: new Uint8Array(61),
      recoveryProofHash: proofHash(recovery),
      ...more,
    });
  const first = credential({});
  const next = (proof: Uint8Array, more: Partial<Bodies['credential']> = {}): RecordOf<'credential'> =>
    credential({
      n: 2,
      passwordProofHash: proofHash(secretBytes(32)),
      previous: { hash: first.hash, proof },
      ...more,
    });

  test.each<{
    why: string;
    write: () => SignedRecord;
    current: SignedRecord | undefined;
    code: string | undefined;
  }>([
    { why: 'the first', write: () => first, current: undefined, code: undefined },
    { why: 'the next by password', write: () => next(password), current: first, code: undefined },
    {
      why: 'the next by recovery code, with a new code',
      write: () => next(recovery, { recoveryProofHash: proofHash(secretBytes(32)) }),
      current: first,
      code: undefined,
    },
    { why: 'a recovery code used twice', write: () => next(recovery), current: first, code: 'REFUSED' },
    { why: 'by neither', write: () => next(secretBytes(32)), current: first, code: 'WRONG_PASSWORD' },
    {
      why: 'the second of two at once',
      write: () => next(password),
      current: next(password),
      code: 'CONFLICT',
    },
    { why: 'a first over another', write: () => credential({ setup: 2 }), current: first, code: 'CONFLICT' },
    { why: 'a number left out', write: () => next(password, { n: 3 }), current: first, code: 'CONFLICT' },
    { why: 'the next of none', write: () => next(password), current: undefined, code: 'CONFLICT' },
  ])('$why: $code', ({ write, current, code }) => {
    expect(codeOf(write(), { current })).toBe(code);
  });
});

describe('a claim to a name', () => {
  const key = generateKey();
  const cluster = { id: userIdOf(key.publicKey), key };
  const anna = new Person(cluster.id);
  const rival = new Person(cluster.id);
  const claim = (by: Person, label: string): RecordOf<'name'> =>
    by.sign('name', recordKey.userName(label, by.uid), { label });
  const taken = stampRecord(claim(rival, 'Anna'), 5, cluster);
  const user = anna.sign('user', recordKey.user(anna.uid), { n: 1, label: 'anna' });

  test('is refused while another has it, under any case', () => {
    expect(codeOf(claim(anna, 'anna'), { user, claims: [] })).toBeUndefined();
    expect(codeOf(claim(anna, 'anna'), { user, claims: [taken] })).toBe('USER_EXISTS');
    expect(
      codeOf(claim(anna, 'anna'), { user, claims: [stampRecord(claim(anna, 'anna'), 3, cluster), taken] }),
    ).toBe(undefined);
  });

  test('is for the label that one asked for, nothing more', () => {
    expect(codeOf(claim(anna, 'boss'), { user, claims: [] })).toBe('REFUSED');
    expect(codeOf(claim(anna, 'anna'), { claims: [] })).toBe('REFUSED');
  });

  test('of a group is its owner’s', () => {
    const named = (by: Person, label = 'lab'): RecordOf<'name'> =>
      by.sign('name', recordKey.groupName(label, group.gid, by.uid), { label });
    const other = stampRecord(
      owner.sign('name', recordKey.groupName('LAB', userIdOf(key.publicKey) as never, owner.uid), {
        label: 'LAB',
      }),
      1,
      cluster,
    );
    expect(codeOf(named(owner), { ...knowing(), claims: [] })).toBeUndefined();
    expect(codeOf(named(owner), { ...knowing(), claims: [other] })).toBe('GROUP_EXISTS');
    expect(codeOf(named(ben), { ...knowing(), claims: [] })).toBe('REFUSED');
    expect(codeOf(named(owner, 'better'), { ...knowing(), claims: [] })).toBe('REFUSED');
    expect(codeOf(named(owner), { claims: [] })).toBe('REFUSED');
  });
});
