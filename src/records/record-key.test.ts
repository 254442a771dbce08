import { describe, expect, test } from 'vitest';
import { sha256Hex, type ContentId, type GroupId, type UserId } from '../base/index.ts';
import { parseKey, recordKey } from './record-key.ts';

const uid = sha256Hex('anna') as UserId;
const other = sha256Hex('ben') as UserId;
const gid = sha256Hex('lab') as GroupId;
const content = sha256Hex('film') as ContentId;
const secret = '0123456789abcdef'.repeat(2);

describe('record keys', () => {
  test.each([
    { key: recordKey.user(uid), kind: 'user', parts: { author: uid } },
    { key: recordKey.credential(uid), kind: 'credential', parts: { author: uid } },
    { key: recordKey.secret(secret, uid), kind: 'secret', parts: { id: secret, author: uid } },
    {
      key: recordKey.userName('Anna.B', uid),
      kind: 'name',
      parts: { of: 'user', folded: 'anna.b', id: uid, author: uid },
    },
    {
      key: recordKey.groupName('LAB', gid, uid),
      kind: 'name',
      parts: { of: 'group', folded: 'lab', id: gid, author: uid },
    },
    { key: recordKey.group(gid, uid), kind: 'group', parts: { gid, author: uid } },
    { key: recordKey.ended(gid, uid), kind: 'ended', parts: { gid, author: uid } },
    { key: recordKey.request(gid, uid), kind: 'request', parts: { gid, author: uid } },
    { key: recordKey.left(gid, uid), kind: 'left', parts: { gid, author: uid } },
    { key: recordKey.grant(gid, other, uid), kind: 'grant', parts: { gid, member: other, author: uid } },
    { key: recordKey.share(gid, content, uid), kind: 'share', parts: { gid, content, author: uid } },
  ])('$kind: made and taken apart', ({ key, kind, parts }) => {
    expect(parseKey(key)).toEqual({ kind, parts });
  });

  test.each([
    '',
    'user',
    'user/',
    `users/${uid}`,
    `user/${uid}/`,
    `/user/${uid}`,
    `user/${uid}/${uid}`,
    `user/${uid.toUpperCase()}`,
    `user/${uid}0`,
    `secret/${secret.slice(1)}/${uid}`,
    `secret/${uid}`,
    `secret/${secret}/x/${uid}`,
    `name/${uid}`,
    `name/user/${uid}`,
    `name/user/Anna/${uid}`,
    `name/user/a b/${uid}`,
    `name/user/${'a'.repeat(33)}/${uid}`,
    `name/user/anna/${other}/${uid}`,
    `name/group/lab/${uid}`,
    `name/group/lab/${gid}/${uid}/${uid}`,
    `name/team/lab/${gid}/${uid}`,
    `group/${uid}`,
    `group/${gid}/${content}/${uid}`,
    `request/${gid}/x/${uid}`,
    `grant/${gid}/${uid}`,
    `grant/${gid}/ben/${uid}`,
    `grant/${gid}/${other}/${other}/${uid}`,
    `share/${gid}/${uid}`,
    `share/${gid}/../${uid}`,
    `constructor/${uid}`,
    `group//${uid}`,
    `user/${uid}\n`,
  ])('%j is none', (key) => {
    expect(parseKey(key)).toBeUndefined();
  });
});
