import { assertNever, CommandError, equalBytes, type ErrorCode } from '../base/index.ts';
import { proofHash } from '../identity/index.ts';
import { standingOf, type GroupState, type PendingRequest } from './group-state.ts';
import type { RecordOf, RequestBody, SignedRecord } from './kinds.ts';
import { nameWinners, type NameHolding } from './names.ts';

/** What is known that a write is judged by; only what the record's kind asks for need be there. */
export interface WriteFacts {
  /** What stands under the record's key now. */
  readonly current?: SignedRecord | undefined;
  /** The group that the record is about, if it is known. */
  readonly group?: GroupState | undefined;
  /** For a name claim: all claims to that label, and the claimant's user record. */
  readonly claims?: Iterable<RecordOf<'name'>>;
  readonly user?: RecordOf<'user'> | undefined;
}

/**
 * Why a person's new `record` would come to nothing, with words for that person; undefined if it would not. For
 * commands only: records that are put again (by a client that heals a tracker, or by another tracker) are merged
 * unasked, since what counts is evaluated when read.
 */
export function mayWrite(record: SignedRecord, facts: WriteFacts): CommandError | undefined {
  if (facts.current?.hash === record.hash) return undefined;
  switch (record.kind) {
    case 'user':
    case 'secret':
    case 'group':
      return undefined;
    case 'credential':
      return mayReplace(record, facts.current);
    case 'name':
      return mayClaim(record, facts);
    case 'ended':
      return inGroup(facts, (group) => requireOwner(record, group));
    case 'request':
      return inGroup(facts, (group) => mayRequest(record, group));
    case 'left':
      return inGroup(facts, (group) => mayLeave(record, group));
    case 'grant':
      return inGroup(facts, (group) => requireOwner(record, group) ?? mayGrant(record, group));
    case 'share':
      return inGroup(facts, (group) => mayShare(record, group));
    default:
      return assertNever(record);
  }
}

const refuse = (code: ErrorCode, text: string): CommandError => new CommandError(code, text);

function inGroup(
  facts: WriteFacts,
  judge: (group: GroupState) => CommandError | undefined,
): CommandError | undefined {
  const { group } = facts;
  if (group === undefined) return refuse('NO_SUCH_GROUP', 'there is no such group; list_groups shows all');
  if (group.ended) return refuse('NO_SUCH_GROUP', `${group.label} was deleted by its owner`);
  return judge(group);
}

/** Two devices that change the password at once: one of them is told that it lost. */
function mayReplace(
  next: RecordOf<'credential'>,
  current: SignedRecord | undefined,
): CommandError | undefined {
  if (current?.kind !== 'credential') {
    return next.body.n === 1
      ? undefined
      : refuse('CONFLICT', 'the account to change is not here; log in again');
  }
  const { previous, n } = next.body;
  if (previous?.hash !== current.hash || n !== current.body.n + 1) {
    return refuse('CONFLICT', 'the password was changed elsewhere meanwhile; log in with the new one');
  }
  const shown = proofHash(previous.proof);
  if (equalBytes(shown, current.body.passwordProofHash)) return undefined;
  if (!equalBytes(shown, current.body.recoveryProofHash)) {
    return refuse('WRONG_PASSWORD', 'neither the old password nor the recovery code was shown');
  }
  return equalBytes(next.body.recoveryProofHash, shown)
    ? refuse('REFUSED', 'a recovery code is used once: make a new one with the new password')
    : undefined;
}

function mayClaim(claim: RecordOf<'name'>, facts: WriteFacts): CommandError | undefined {
  const { of, id } = claim.parts;
  const wanted =
    of === 'user' ? facts.user?.body.label : ownedBy(claim, facts.group) ? facts.group?.label : undefined;
  if (wanted !== claim.body.label)
    return refuse('REFUSED', `only the ${of} that asks for a name can claim it`);
  const holder = nameWinners(facts.claims ?? []).find((holding) => holds(holding, claim));
  if (holder === undefined || holder.id === id) return undefined;
  return of === 'user'
    ? refuse('USER_EXISTS', `there is a user ${holder.shown} already; choose another name`)
    : refuse('GROUP_EXISTS', `there is a group ${holder.shown} already, or was; choose another name`);
}

const ownedBy = (claim: RecordOf<'name'>, group: GroupState | undefined): boolean =>
  group?.owner === claim.author && group.gid === claim.parts.id;

const holds = (holding: NameHolding, { parts }: RecordOf<'name'>): boolean =>
  holding.holds && holding.of === parts.of && holding.folded === parts.folded;

const requireOwner = (record: SignedRecord, group: GroupState): CommandError | undefined =>
  record.author === group.owner
    ? undefined
    : refuse('NOT_OWNER', `only the owner of ${group.label} can do that`);

function mayRequest({ author, body }: RecordOf<'request'>, group: GroupState): CommandError | undefined {
  if (group.members.has(author)) return refuse('ALREADY_MEMBER', `you are in ${group.label} already`);
  const pending = group.pending.get(author);
  if (pending && !invitesAnew(body, pending)) {
    return refuse(
      'ALREADY_REQUESTED',
      `you have asked already; the owner of ${group.label} has yet to answer`,
    );
  }
  const decidedN = Math.max(group.grants.get(author)?.body.n ?? 0, group.lefts.get(author)?.body.n ?? 0);
  return body.n > decidedN ? undefined : outOfDate();
}

/** Whoever waits for an answer may ask again with an invitation, which may be answered sooner. */
const invitesAnew = ({ n, invitation }: RequestBody, pending: PendingRequest): boolean =>
  invitation !== undefined &&
  n > pending.n &&
  !(pending.invitation && equalBytes(pending.invitation.id, invitation.id));

function mayLeave({ author, body }: RecordOf<'left'>, group: GroupState): CommandError | undefined {
  if (author === group.owner) {
    return refuse('OWNER_CANNOT_LEAVE', `${group.label} is yours: delete_group ends it for everyone`);
  }
  const n = group.members.get(author)?.grant?.body.n ?? group.pending.get(author)?.n;
  if (n === undefined) {
    return refuse('NOT_A_MEMBER', `you are not in ${group.label} and have not asked to join`);
  }
  return body.n >= n ? undefined : outOfDate();
}

function mayGrant({ parts, body }: RecordOf<'grant'>, group: GroupState): CommandError | undefined {
  if (body.epoch < group.epoch) return outOfDate();
  const { member } = parts;
  const known = group.members.get(member);
  if (body.verdict === 'removed') return mayRemove(body.n, member, group);
  const renews =
    body.verdict === 'accepted' && known !== undefined && (known.grant?.body.n ?? body.n) === body.n;
  if (renews || member === group.owner) return undefined;
  const request = group.pending.get(member);
  if (request === undefined) {
    return refuse(
      'NO_SUCH_REQUEST',
      `that user has not asked to join ${group.label}; list_requests shows who has`,
    );
  }
  if (request.n !== body.n) return outOfDate();
  return equalBytes(request.memberKey, body.memberKey)
    ? undefined
    : refuse('CODE_MISMATCH', 'the key accepted is not the one that was asked for');
}

function mayRemove(
  n: number,
  member: RecordOf<'grant'>['parts']['member'],
  group: GroupState,
): CommandError | undefined {
  if (member === group.owner)
    return refuse('OWNER_CANNOT_LEAVE', 'the owner cannot be removed; delete_group ends it');
  if (standingOf(group, member) !== 'member') {
    return refuse('NO_SUCH_MEMBER', `that user is not in ${group.label}; list_members shows who is`);
  }
  return n >= (group.members.get(member)?.grant?.body.n ?? n) ? undefined : outOfDate();
}

const mayShare = ({ author, body }: RecordOf<'share'>, group: GroupState): CommandError | undefined =>
  group.members.has(author) || !body.offered
    ? undefined
    : refuse('NOT_A_MEMBER', `you are not in ${group.label}; join_group asks its owner`);

const outOfDate = (): CommandError =>
  refuse('CONFLICT', 'this was decided elsewhere meanwhile; look again and repeat it if it is still wanted');
