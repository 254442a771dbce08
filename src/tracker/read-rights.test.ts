import { describe, expect, test } from 'vitest';
import { sha256Hex, type ContentId, type GroupId, type UserId } from '../base/index.ts';
import { parseKey, recordKey } from '../records/index.ts';
import { mayRead } from './read-rights.ts';

const user = (name: string): UserId => sha256Hex(name) as UserId;
const gid = sha256Hex('group') as GroupId;
const content = sha256Hex('content') as ContentId;
const [owner, member, asker, stranger] = [user('owner'), user('member'), user('asker'), user('stranger')];
const group = { gid, owner, members: new Set([owner, member]) };

const readers = (key: string): string => {
  const parsed = parseKey(key);
  if (!parsed) throw new Error(`no key: ${key}`);
  const names = { owner, member, asker, stranger };
  return Object.entries(names)
    .filter(([, uid]) => mayRead(uid, parsed, group))
    .map(([name]) => name)
    .join(' ');
};

describe('mayRead', () => {
  const everybody = 'owner member asker stranger';
  test.each([
    { what: 'a user', key: recordKey.user(asker), who: everybody },
    { what: "a user's name", key: recordKey.userName('asker', asker), who: everybody },
    { what: "a group's name", key: recordKey.groupName('lab', gid, owner), who: everybody },
    { what: 'a group', key: recordKey.group(gid, owner), who: everybody },
    { what: 'the end of a group', key: recordKey.ended(gid, owner), who: everybody },
    { what: 'a credential', key: recordKey.credential(member), who: 'member' },
    { what: 'a secret', key: recordKey.secret('0'.repeat(32), member), who: 'member' },
    { what: 'a request', key: recordKey.request(gid, asker), who: 'owner asker' },
    { what: 'a grant', key: recordKey.grant(gid, member, owner), who: 'owner member' },
    { what: 'a rejection', key: recordKey.grant(gid, asker, owner), who: 'owner member asker' },
    { what: 'a leaving', key: recordKey.left(gid, asker), who: 'owner member asker' },
    { what: 'a share', key: recordKey.share(gid, content, member), who: 'owner member' },
  ])('$what: $who', ({ key, who }) => expect(readers(key)).toBe(who));

  test('without the group only what is one’s own', () => {
    const key = parseKey(recordKey.share(gid, content, member));
    expect(key && mayRead(member, key, undefined)).toBe(true);
    expect(key && mayRead(owner, key, undefined)).toBe(false);
  });
});
