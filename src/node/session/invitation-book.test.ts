import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NOW_MS, Person, SignedGroup } from '../../../test/support/signed-group.ts';
import { fromBase64Url, fromHex } from '../../base/index.ts';
import { invitationMac } from '../../identity/index.ts';
import {
  type Bodies,
  type GroupState,
  type InvitationProof,
  type PendingRequest,
  type SignedRecord,
  groupState,
} from '../../records/index.ts';
import type { InviteTerms } from '../commands.ts';
import { InvitationBook, type Judgement } from './invitation-book.ts';
import { type KeptInvitation, UserState } from './user-state.ts';

const owner = new Person();
const ben = new Person();
let group: SignedGroup;
beforeAll(async () => {
  group = await SignedGroup.found(owner);
});

let folder: string;
let state: UserState;
let book: InvitationBook;
let nowMs: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-invitations-'));
  nowMs = NOW_MS;
  state = await UserState.open(join(folder, 'state.json'), () => undefined);
  book = new InvitationBook(state, () => nowMs);
});
afterEach(async () => {
  await state.settled();
  await rm(folder, { recursive: true, force: true });
});

const make = (more: Partial<InviteTerms> = {}): KeptInvitation =>
  book.make(group.gid, { expiresInSeconds: 60, uses: 1, auto: true, ...more });

const proofOf = ({ id, secret }: KeptInvitation, by: Person, n = 1): InvitationProof => {
  const keys = { memberKey: by.memberKey.publicKey, identityKey: by.identity.publicKey };
  return { id: fromHex(id), mac: invitationMac(fromBase64Url(secret), { gid: group.gid, n, ...keys }) };
};
const requestOf = (made: KeptInvitation, more: Partial<Bodies['request']> = {}, n = 1): SignedRecord =>
  group.request(ben, n, { invitation: proofOf(made, ben, n), ...more });
const stateOf = (...records: SignedRecord[]): GroupState =>
  groupState([group.record(), ...records]) as GroupState;
function judge(...records: SignedRecord[]): Judgement {
  const known = stateOf(...records);
  return book.judge(known, known.pending.get(ben.uid) as PendingRequest);
}

describe('a request', () => {
  test('with an open invitation is proven, and let in if that is what it says', () => {
    expect(judge(requestOf(make()))).toBe('auto');
    expect(judge(requestOf(make({ auto: false })))).toBe('proven');
  });

  test('without one, with an unknown one, or one to another group is like any other', () => {
    const elsewhere = book.make('e'.repeat(64) as never, { expiresInSeconds: 60, uses: 1, auto: true });
    expect(judge(group.request(ben))).toBe('plain');
    expect(judge(requestOf({ ...make(), id: '00'.repeat(8) }))).toBe('plain');
    expect(judge(requestOf(elsewhere))).toBe('plain');
  });

  test('that does not prove it is forged', () => {
    const made = make();
    expect(judge(group.request(ben, 1, { invitation: proofOf(made, new Person()) }))).toBe('forged');
    expect(judge(group.request(ben, 2, { invitation: proofOf(made, ben, 1) }))).toBe('forged');
    expect(judge(requestOf({ ...made, secret: make().secret }))).toBe('forged');
  });

  test('with one that is over is refused with the reason', () => {
    const [withdrawn, used, late] = [make(), make(), make()];
    book.withdraw(group.gid, withdrawn.id);
    used.usedBy.push('somebody/1');
    expect(judge(requestOf(withdrawn))).toBe('withdrawn');
    expect(judge(requestOf(used))).toBe('used-up');
    nowMs += 61_000;
    expect(judge(requestOf(late, { atMs: nowMs }))).toBe('expired');
  });

  test('made in time is the owner’s to decide when the invitation has expired since', () => {
    const made = make();
    nowMs += 3_600_000;
    expect(judge(requestOf(made, { atMs: made.expiresAtMs }))).toBe('proven');
  });

  test('of one who was turned out before is never let in by itself', async () => {
    const made = make({ uses: 9 });
    const again = requestOf(made, {}, 2);
    expect(judge(again, await group.grant(ben, 'removed'))).toBe('proven');
    expect(judge(again, await group.grant(ben, 'rejected'))).toBe('proven');
    expect(judge(again, await group.grant(ben, 'rejected', { reason: 'used-up' }))).toBe('auto');
    expect(judge(again, await group.grant(ben, 'accepted'), group.left(ben))).toBe('auto');
  });

  test('of one who was turned out waits even if the invitation is over: a refusal would hide that', async () => {
    const withdrawn = make();
    book.withdraw(group.gid, withdrawn.id);
    const again = requestOf(withdrawn, {}, 2);
    expect(judge(again, await group.grant(ben, 'removed'))).toBe('proven');
    expect(judge(again, await group.grant(ben, 'rejected'))).toBe('proven');
    expect(judge(again)).toBe('withdrawn');
  });
});

describe('uses', () => {
  test('are counted once each, whoever accepted, and survive a restart', async () => {
    const made = make({ uses: 2 });
    const accepted = [requestOf(made), await group.grant(ben, 'accepted')];
    for (let n = 0; n < 3; n += 1) book.count(stateOf(...accepted));
    expect(made.usedBy).toEqual([`${ben.uid}/1`]);
    book.count(stateOf(requestOf(made), await group.grant(ben, 'removed')));
    expect(made.usedBy).toHaveLength(1);
    await state.settled();
    const again = new InvitationBook(
      await UserState.open(join(folder, 'state.json'), () => undefined),
      () => nowMs,
    );
    expect(again.of(group.gid)).toMatchObject([{ id: made.id, usedBy: [`${ben.uid}/1`] }]);
  });

  test('count although the request was replaced by another as soon as it was accepted', async () => {
    const made = make();
    const known = stateOf(requestOf(made));
    book.countAccepted(group.gid, known.pending.get(ben.uid) as PendingRequest);
    book.count(stateOf(group.request(ben, 2), await group.grant(ben, 'accepted')));
    expect(made.usedBy).toEqual([`${ben.uid}/1`]);
    expect(book.stateOf(made)).toBe('used-up');
  });

  test('are none of requests that were rejected, that wait, or that prove nothing', async () => {
    const made = make({ uses: 2 });
    book.count(stateOf(requestOf(made)));
    book.count(stateOf(requestOf(made), await group.grant(ben, 'rejected')));
    const forged = group.request(ben, 1, { invitation: proofOf(made, new Person()) });
    book.count(stateOf(forged, await group.grant(ben, 'accepted')));
    expect(made.usedBy).toEqual([]);
  });
});

describe('invitations', () => {
  test('open at once are limited, and those that are over make room', () => {
    for (let n = 0; n < 500; n += 1) make();
    expect(() => make()).toThrow(/500 invitations are open/);
    nowMs += 120_000;
    for (let n = 0; n < 500; n += 1) make();
    nowMs += 120_000;
    const last = make();
    expect(book.of(group.gid)).toHaveLength(1_000);
    expect(book.of(group.gid).at(-1)).toEqual(last);
  });

  test('expire on a whole second, so that their link says the same', () => {
    nowMs += 1;
    expect(make().expiresAtMs % 1_000).toBe(0);
  });
});
