import {
  toContentId,
  toGroupId,
  toUserId,
  type ContentId,
  type GroupId,
  type UserId,
} from '../base/index.ts';
import type { KeyParts, RecordKind } from './kinds.ts';
import { foldLabel, isLabel } from './label.ts';

/** The keys under which records are kept: each ends with its author, so nobody displaces another's record. */
export const recordKey = {
  user: (uid: UserId): string => `user/${uid}`,
  credential: (uid: UserId): string => `credential/${uid}`,
  /** `id`: 32 random hex digits. */
  secret: (id: string, uid: UserId): string => `secret/${id}/${uid}`,
  userName: (label: string, uid: UserId): string => `name/user/${foldLabel(label)}/${uid}`,
  groupName: (label: string, gid: GroupId, uid: UserId): string =>
    `name/group/${foldLabel(label)}/${gid}/${uid}`,
  group: (gid: GroupId, owner: UserId): string => `group/${gid}/${owner}`,
  ended: (gid: GroupId, owner: UserId): string => `ended/${gid}/${owner}`,
  request: (gid: GroupId, uid: UserId): string => `request/${gid}/${uid}`,
  left: (gid: GroupId, uid: UserId): string => `left/${gid}/${uid}`,
  grant: (gid: GroupId, member: UserId, owner: UserId): string => `grant/${gid}/${member}/${owner}`,
  share: (gid: GroupId, content: ContentId, uid: UserId): string => `share/${gid}/${content}/${uid}`,
};

/** A key taken apart, by kind. */
export type ParsedKey = {
  [K in RecordKind]: { readonly kind: K; readonly parts: KeyParts[K] };
}[RecordKind];

const KEY_CHARS_MAX = 256;
const SECRET_ID = /^[0-9a-f]{32}$/;

/** What `key` names; undefined unless it is exactly a key that `recordKey` can make. */
export function parseKey(key: string): ParsedKey | undefined {
  if (key.length > KEY_CHARS_MAX) return undefined;
  const parts = key.split('/');
  const kind = parts[0] ?? '';
  const author = toUserId(parts.at(-1) ?? '');
  if (author === undefined) return undefined;
  const middle = parts.slice(1, -1);
  return kind === 'name' ? parseNameKey(middle, author) : parsePlainKey(kind, middle, author);
}

function parsePlainKey(kind: string, middle: string[], author: UserId): ParsedKey | undefined {
  const [first = '', second = '', ...rest] = middle;
  if (rest.length > 0) return undefined;
  if (kind === 'user' || kind === 'credential')
    return middle.length === 0 ? { kind, parts: { author } } : undefined;
  if (kind === 'secret') {
    return middle.length === 1 && SECRET_ID.test(first) ? { kind, parts: { id: first, author } } : undefined;
  }
  const gid = toGroupId(first);
  return gid === undefined
    ? undefined
    : parseGroupKey(kind, gid, middle.length === 2 ? second : undefined, author);
}

function parseGroupKey(
  kind: string,
  gid: GroupId,
  about: string | undefined,
  author: UserId,
): ParsedKey | undefined {
  if (kind === 'group' || kind === 'ended' || kind === 'request' || kind === 'left') {
    return about === undefined ? { kind, parts: { gid, author } } : undefined;
  }
  if (kind === 'grant') {
    const member = toUserId(about ?? '');
    return member && { kind, parts: { gid, member, author } };
  }
  const content = kind === 'share' ? toContentId(about ?? '') : undefined;
  return content && { kind: 'share', parts: { gid, content, author } };
}

function parseNameKey(middle: string[], author: UserId): ParsedKey | undefined {
  const [of, folded = '', gidText, ...rest] = middle;
  if (rest.length > 0 || !isLabel(folded) || foldLabel(folded) !== folded) return undefined;
  if (of === 'user') {
    return gidText === undefined ? { kind: 'name', parts: { of, folded, id: author, author } } : undefined;
  }
  const gid = of === 'group' ? toGroupId(gidText ?? '') : undefined;
  return gid && { kind: 'name', parts: { of: 'group', folded, id: gid, author } };
}
