import type { GroupId, UserId } from '../base/index.ts';
import { parseKey, type ParsedKey } from '../records/index.ts';

/** What rights are decided by. */
export interface GroupRights {
  readonly gid: GroupId;
  readonly owner: UserId;
  /** Who is in it now, the owner included. */
  readonly members: ReadonlySet<UserId>;
}

/**
 * Whether a user may read the record of this key. Public is what makes names and groups checkable for everyone;
 * what happens in a group is for its members, requests for its owner, and everybody sees what is about himself.
 */
export function mayRead(uid: UserId, key: ParsedKey, group: GroupRights | undefined): boolean {
  if (key.parts.author === uid) return true;
  switch (key.kind) {
    case 'user':
    case 'name':
    case 'group':
    case 'ended':
      return true;
    case 'credential':
    case 'secret':
      return false;
    case 'request':
      return group?.owner === uid;
    case 'grant':
      return key.parts.member === uid || (group?.members.has(uid) ?? false);
    case 'left':
    case 'share':
      return group?.members.has(uid) ?? false;
  }
}

/** The group that a key is about, if it is about one. */
export function groupOf(key: ParsedKey): GroupId | undefined {
  switch (key.kind) {
    case 'user':
    case 'name':
    case 'credential':
    case 'secret':
      return undefined;
    case 'group':
    case 'ended':
    case 'request':
    case 'left':
    case 'grant':
    case 'share':
      return key.parts.gid;
  }
}

/** The groups whose members a record of this key may change: one, or none. */
export function groupsDecidedBy({ key }: { readonly key: string }): GroupId[] {
  const parsed = parseKey(key);
  const gid = parsed && groupOf(parsed);
  return gid === undefined || parsed?.kind === 'share' ? [] : [gid];
}
