import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex, type GroupId } from '../base/index.ts';
import { generateKey, userIdOf } from '../identity/index.ts';
import { Person } from '../../test/support/signed-group.ts';
import type { RecordOf } from './kinds.ts';
import { nameWinners, resolveLabel } from './names.ts';
import { recordKey } from './record-key.ts';
import { stampRecord } from './signing.ts';

const key = generateKey();
const cluster = { id: userIdOf(key.publicKey), key };
const people = Array.from({ length: 3 }, () => new Person(cluster.id)).toSorted((a, b) =>
  a.uid < b.uid ? -1 : 1,
);
const [anna, ben, carl] = people as [Person, Person, Person];

const claim = (who: Person, label: string): RecordOf<'name'> =>
  who.sign('name', recordKey.userName(label, who.uid), { label });
const stamped = (who: Person, label: string, ms: number): RecordOf<'name'> =>
  stampRecord(claim(who, label), ms, cluster);
const groupClaim = (gid: string, label: string, ms: number): RecordOf<'name'> =>
  stampRecord(
    anna.sign('name', recordKey.groupName(label, gid as GroupId, anna.uid), { label }),
    ms,
    cluster,
  );

describe('two claims to a label', () => {
  test('the first has it, the other is renamed, alike in any order', () => {
    const claims = [stamped(anna, 'Lab', 20), stamped(ben, 'lab', 10), stamped(carl, 'other', 5)];
    fc.assert(
      fc.property(fc.shuffledSubarray(claims, { minLength: 3 }), (shuffled) => {
        const shown = new Map(nameWinners(shuffled).map((holding) => [holding.id, holding.shown]));
        expect(shown.get(ben.uid)).toBe('lab');
        expect(shown.get(anna.uid)).toBe(`Lab~${anna.uid.slice(0, 4)}`);
        expect(shown.get(carl.uid)).toBe('other');
      }),
    );
  });

  test('of the same time go to the lower id', () => {
    const holders = nameWinners([stamped(ben, 'lab', 10), stamped(anna, 'lab', 10)]).filter(
      ({ holds }) => holds,
    );
    expect(holders.map(({ id }) => id)).toEqual([anna.uid]);
  });

  test('without a stamp nothing is claimed', () => {
    expect(nameWinners([claim(anna, 'lab')])).toEqual([]);
  });

  test('a user and a group may bear the same label', () => {
    const gid = sha256Hex('lab');
    const holdings = nameWinners([stamped(anna, 'lab', 1), groupClaim(gid, 'lab', 2)]);
    expect(holdings.map(({ of, shown }) => [of, shown])).toEqual([
      ['user', 'lab'],
      ['group', 'lab'],
    ]);
  });

  test('ids that begin alike are told apart by more digits', () => {
    const one = `abcdef0${'0'.repeat(57)}`;
    const two = `abcdef1${'0'.repeat(57)}`;
    const holdings = nameWinners([
      groupClaim(sha256Hex('first'), 'lab', 1),
      groupClaim(one, 'lab', 2),
      groupClaim(two, 'lab', 3),
    ]);
    expect(holdings.map(({ shown }) => shown)).toEqual(['lab', 'lab~abcdef0', 'lab~abcdef1']);
  });
});

describe('a name as typed', () => {
  const one = `abcdef0${'0'.repeat(57)}`;
  const two = `abcdef1${'0'.repeat(57)}`;
  const first = sha256Hex('first');
  const holdings = nameWinners([
    groupClaim(first, 'Lab', 1),
    groupClaim(one, 'lab', 2),
    groupClaim(two, 'lab', 3),
  ]);

  test.each([
    { typed: 'lab', id: first },
    { typed: 'LAB', id: first },
    { typed: `lab~${first.slice(0, 4)}`, id: first },
    { typed: 'lab~abcdef0', id: one },
    { typed: 'Lab~abcdef1000', id: two },
    { typed: 'lab~abcd', id: undefined },
    { typed: 'lab~ffff0000', id: undefined },
    { typed: 'laboratory', id: undefined },
    { typed: '', id: undefined },
  ])('$typed', ({ typed, id }) => {
    expect(resolveLabel(holdings, typed)?.id).toBe(id);
  });
});
