import { sha256Hex, type ContentId, type GroupId, type UserId } from '../base/index.ts';
import { isRenewalDue } from '../identity/index.ts';
import { readGenesis, reignsOf, type Reign } from './group-chain.ts';
import type { InvitationProof, RecordOf, SignedRecord } from './kinds.ts';
import { compareRecords } from './order.ts';

/** A group as a set of records says it is. All of it follows from the set, whatever order they came in. */
export interface GroupState {
  readonly gid: GroupId;
  /** The label it was born with; which one it bears, `nameWinners` says. */
  readonly label: string;
  readonly owner: UserId;
  /** Number of the present epoch. */
  readonly epoch: number;
  /** The present authority, PEM: `ssl-cert` of its torrents. */
  readonly authorityPem: string;
  /** Hashes of all epochs up to the present one. A client that has seen another history reports it. */
  readonly chain: readonly string[];
  /** True if an owner signed two different successors of one epoch. */
  readonly forked: boolean;
  /** The group was deleted: nobody is in it, nothing in it counts. */
  readonly ended: boolean;
  /** The owner's word that it is, if so. */
  readonly endedRecord?: RecordOf<'ended'>;
  /** Ms since 1970 by the founder's clock. */
  readonly foundedMs: number;
  readonly members: ReadonlyMap<UserId, Member>;
  /** Whose member key has this hash, for peers' certificates. */
  readonly membersByKey: ReadonlyMap<string, UserId>;
  readonly pending: ReadonlyMap<UserId, PendingRequest>;
  readonly shares: readonly CountingShare[];
  /** The records behind it, newest per user, for whoever needs more. */
  readonly requests: ReadonlyMap<UserId, RecordOf<'request'>>;
  readonly grants: ReadonlyMap<UserId, RecordOf<'grant'>>;
  readonly lefts: ReadonlyMap<UserId, RecordOf<'left'>>;
}

export interface Member {
  readonly user: UserId;
  readonly role: 'owner' | 'member';
  /** Ms since 1970 by the owner's clock. */
  readonly sinceMs: number;
  /** Absent only for an owner who has not granted itself a certificate yet. */
  readonly grant?: RecordOf<'grant'>;
}

export interface PendingRequest {
  readonly user: UserId;
  readonly n: number;
  readonly memberKey: Uint8Array;
  /** The requester's identity key, whose code people compare. */
  readonly identityKey: Uint8Array;
  readonly invitation?: InvitationProof;
  /** By the requester's clock. */
  readonly atMs: number;
}

export interface CountingShare {
  readonly user: UserId;
  readonly content: ContentId;
  readonly name: string;
  readonly size: number;
  readonly files: number;
  readonly root?: Uint8Array;
  readonly copy?: boolean;
}

/** How a user stands to a group. */
export type Standing = 'owner' | 'member' | 'pending' | 'rejected' | 'removed' | 'left' | 'none' | 'ended';

/**
 * The group of which `records` are the (verified) records; records of other kinds are passed over. Undefined without
 * its group record.
 */
export function groupState(records: Iterable<SignedRecord>): GroupState | undefined {
  const found = new Findings();
  for (const record of records) found.take(record);
  const histories = found.groups.map(reignsOf).toSorted(longestFirst);
  const [reigns] = histories;
  const group = found.groups[0];
  if (reigns === undefined || group === undefined) return undefined;
  return stateOf(found, group, reigns, isForked(histories));
}

/** How `uid` stands to the group; what changed since one last looked is worth telling people. */
export function standingOf(state: GroupState, uid: UserId): Standing {
  if (state.ended) return 'ended';
  const member = state.members.get(uid);
  if (member) return member.role;
  if (state.pending.has(uid)) return 'pending';
  const grant = state.grants.get(uid);
  const leftN = state.lefts.get(uid)?.body.n ?? 0;
  if (grant === undefined || grant.body.verdict === 'accepted') return leftN > 0 ? 'left' : 'none';
  return leftN > grant.body.n ? 'left' : grant.body.verdict;
}

/** The number of `uid`'s next request: above all that was ever decided on. */
export function nextRequestNumber(state: GroupState, uid: UserId): number {
  const counted = [state.requests.get(uid), state.grants.get(uid), state.lefts.get(uid)];
  return 1 + Math.max(...counted.map((record) => record?.body.n ?? 0));
}

/** Members whose certificate the owner should sign anew. */
export const renewalsDue = (state: GroupState, nowMs: number): Member[] =>
  [...state.members.values()].filter(
    ({ grant }) => grant?.body.certificate && isRenewalDue(grant.body.certificate, nowMs),
  );

/** The longest history is the present one; of two as long, every reader picks the same. */
const longestFirst = (a: readonly Reign[], b: readonly Reign[]): number =>
  b.length - a.length || ((a.at(-1)?.hash ?? '') < (b.at(-1)?.hash ?? '') ? -1 : 1);

const isForked = ([longest = [], ...others]: readonly Reign[][]): boolean =>
  others.some((reigns) => reigns.some(({ hash }, epoch) => longest[epoch]?.hash !== hash));

function stateOf(found: Findings, group: RecordOf<'group'>, reigns: Reign[], forked: boolean): GroupState {
  const present = reigns.at(-1) as Reign;
  const genesis = readGenesis(group.body.genesis);
  const endedRecord = found.ended.find(
    ({ author, body }) => author === present.owner && body.epoch === present.epoch,
  );
  const ended = endedRecord !== undefined;
  const grants = decidingGrants(found, reigns);
  const members = ended ? new Map<UserId, Member>() : membersOf(found, grants, present, genesis.atMs);
  return {
    gid: group.parts.gid,
    label: genesis.label,
    owner: present.owner,
    epoch: present.epoch,
    authorityPem: present.authority,
    chain: reigns.map(({ hash }) => hash),
    forked,
    ended,
    ...(endedRecord && { endedRecord }),
    foundedMs: genesis.atMs,
    members,
    membersByKey: keysOf(members),
    pending: ended ? new Map() : pendingOf(found, grants, members),
    shares: sharesOf(found, members),
    requests: found.requests,
    grants,
    lefts: found.lefts,
  };
}

/**
 * The grant that decides on each user. One given in the present epoch (or prepared for the next by the same owner)
 * beats all of earlier owners; of several, the order of records decides.
 */
function decidingGrants(found: Findings, reigns: readonly Reign[]): Map<UserId, RecordOf<'grant'>> {
  const present = reigns.at(-1) as Reign;
  const deciding = new Map<UserId, RecordOf<'grant'>>();
  const byOwners = [...found.grants.values()].filter(
    ({ author, body }) => (reigns[body.epoch] ?? present).owner === author,
  );
  const older = byOwners.filter((grant) => !isPresent(grant, present));
  for (const grant of older) keepNewer(deciding, grant.parts.member, grant);
  const inForce = new Map<UserId, RecordOf<'grant'>>();
  for (const grant of byOwners) {
    if (isPresent(grant, present)) keepNewer(inForce, grant.parts.member, grant);
  }
  for (const [user, grant] of inForce) deciding.set(user, grant);
  return deciding;
}

const isPresent = (grant: RecordOf<'grant'>, present: Reign): boolean =>
  grant.author === present.owner && grant.body.epoch >= present.epoch;

function membersOf(
  found: Findings,
  grants: ReadonlyMap<UserId, RecordOf<'grant'>>,
  present: Reign,
  foundedMs: number,
): Map<UserId, Member> {
  const owner: Member = { user: present.owner, role: 'owner', sinceMs: foundedMs };
  const members = new Map<UserId, Member>([[present.owner, owner]]);
  for (const [user, grant] of grants) {
    if (grant.body.verdict !== 'accepted' || !isPresent(grant, present)) continue;
    if (user === present.owner) members.set(user, { ...owner, sinceMs: grant.body.atMs, grant });
    else if ((found.lefts.get(user)?.body.n ?? 0) < grant.body.n) {
      members.set(user, { user, role: 'member', sinceMs: grant.body.atMs, grant });
    }
  }
  return members;
}

function keysOf(members: ReadonlyMap<UserId, Member>): Map<string, UserId> {
  const byKey = new Map<string, UserId>();
  for (const { user, grant } of members.values()) {
    if (grant) byKey.set(sha256Hex(grant.body.memberKey), user);
  }
  return byKey;
}

function pendingOf(
  found: Findings,
  grants: ReadonlyMap<UserId, RecordOf<'grant'>>,
  members: ReadonlyMap<UserId, Member>,
): Map<UserId, PendingRequest> {
  const pending = new Map<UserId, PendingRequest>();
  for (const [user, { body, authorKey }] of found.requests) {
    const settledN = Math.max(grants.get(user)?.body.n ?? 0, found.lefts.get(user)?.body.n ?? 0);
    if (members.has(user) || body.n <= settledN) continue;
    const { n, memberKey, atMs, invitation } = body;
    const proof = invitation && { invitation };
    pending.set(user, { user, n, memberKey, identityKey: authorKey, atMs, ...proof });
  }
  return pending;
}

const sharesOf = (found: Findings, members: ReadonlyMap<UserId, Member>): CountingShare[] =>
  [...found.shares.values()]
    .filter(({ author, body }) => body.offered && members.has(author))
    .map(({ author, parts, body: { name, size, files, root, copy } }) => ({
      user: author,
      content: parts.content,
      name,
      size,
      files,
      ...(root && { root }),
      ...(copy === true && { copy }),
    }));

/** The records of one group, the newest per key, sorted by kind. */
class Findings {
  readonly groups: RecordOf<'group'>[] = [];
  readonly ended: RecordOf<'ended'>[] = [];
  readonly requests = new Map<UserId, RecordOf<'request'>>();
  readonly lefts = new Map<UserId, RecordOf<'left'>>();
  readonly grants = new Map<string, RecordOf<'grant'>>();
  readonly shares = new Map<string, RecordOf<'share'>>();

  take(record: SignedRecord): void {
    switch (record.kind) {
      case 'group':
        this.groups.push(record);
        break;
      case 'ended':
        this.ended.push(record);
        break;
      case 'request':
        keepNewer(this.requests, record.author, record);
        break;
      case 'left':
        keepNewer(this.lefts, record.author, record);
        break;
      case 'grant':
        keepNewer(this.grants, record.key, record);
        break;
      case 'share':
        keepNewer(this.shares, record.key, record);
        break;
      default:
    }
  }
}

function keepNewer<K, R extends SignedRecord>(records: Map<K, R>, key: K, record: R): void {
  const held = records.get(key);
  if (held === undefined || compareRecords(record, held) > 0) records.set(key, record);
}
