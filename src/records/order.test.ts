import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateKey, userIdOf } from '../identity/index.ts';
import { Person, SignedGroup } from '../../test/support/signed-group.ts';
import type { GrantBody, RecordOf, SignedRecord, Verdict } from './kinds.ts';
import { compareRecords, supersedes } from './order.ts';
import { recordKey } from './record-key.ts';
import { stampRecord } from './signing.ts';

const owner = new Person();
const member = new Person();
let group: SignedGroup;
/** Rivals under one key each. */
let grants: RecordOf<'grant'>[];
let rivals: SignedRecord[][];

beforeAll(async () => {
  group = await SignedGroup.found(owner);
  const accepted = await group.grant(member, 'accepted');
  const body = (verdict: Verdict, more: Partial<GrantBody>): GrantBody => {
    const { certificate, ...bare } = accepted.body;
    return { ...bare, ...(verdict === 'accepted' && certificate && { certificate }), verdict, ...more };
  };
  const grant = (verdict: Verdict, more: Partial<GrantBody>): RecordOf<'grant'> =>
    owner.sign('grant', accepted.key, body(verdict, more));
  const verdicts: Verdict[] = ['accepted', 'rejected', 'removed'];
  grants = verdicts.flatMap((verdict) =>
    [1, 2].flatMap((n) =>
      [0, 1].flatMap((epoch) => [1, 2].map((serial) => grant(verdict, { n, epoch, serial }))),
    ),
  );
  rivals = [grants, shares(), claims(), [1, 2, 3].map((n) => group.left(member, n))];
});

const shares = (): SignedRecord[] =>
  [1, 2].flatMap((n) => [true, false].map((offered) => group.share(member, 'film', { n, offered })));

function claims(): SignedRecord[] {
  const key = generateKey();
  const cluster = { id: userIdOf(key.publicKey), key };
  const claim = (label: string): RecordOf<'name'> =>
    member.sign('name', recordKey.userName(label, member.uid), { label });
  return ['lab', 'LAB'].flatMap((label) => [
    claim(label),
    ...[10, 20].map((ms) => stampRecord(claim(label), ms, cluster)),
  ]);
}

/** What a store does: per key the one that supersedes. */
function merge(a: readonly SignedRecord[], b: readonly SignedRecord[]): SignedRecord[] {
  const byKey = new Map<string, SignedRecord>();
  for (const record of [...a, ...b]) {
    const held = byKey.get(record.key);
    if (held === undefined || supersedes(record, held)) byKey.set(record.key, record);
  }
  return [...byKey.values()].toSorted((x, y) => (x.key < y.key ? -1 : 1));
}

describe('merging', () => {
  const store = fc
    .array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 })
    .map((picks) => picks.map(([a, b]) => pick(pick(rivals, a), b)));

  test('commutes, associates and is idempotent', () => {
    fc.assert(
      fc.property(store, store, store, (a, b, c) => {
        expect(hashes(merge(a, b))).toEqual(hashes(merge(b, a)));
        expect(hashes(merge(merge(a, b), c))).toEqual(hashes(merge(a, merge(b, c))));
        expect(hashes(merge(merge(a, b), b))).toEqual(hashes(merge(a, b)));
      }),
    );
  });

  test('the order under one key is total', () => {
    for (const set of rivals) {
      for (const [a, b] of pairs(set)) {
        expect(Math.sign(compareRecords(a, b))).toBe(-Math.sign(compareRecords(b, a)) + 0);
        expect(compareRecords(a, b) === 0).toBe(a.hash === b.hash);
      }
      const sorted = set.toSorted(compareRecords);
      for (const [at, record] of sorted.entries()) {
        for (const later of sorted.slice(at)) expect(compareRecords(later, record)).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

describe('of two grants', () => {
  type Facts = readonly [n: number, verdict: Verdict, epoch: number, serial: number];
  const find = ([n, verdict, epoch, serial]: Facts): RecordOf<'grant'> =>
    grants.find(
      ({ body }) =>
        body.n === n && body.verdict === verdict && body.epoch === epoch && body.serial === serial,
    ) as RecordOf<'grant'>;

  test.each<{ why: string; wins: Facts; loses: Facts }>([
    {
      why: 'a renewal replaces the certificate before',
      wins: [1, 'accepted', 0, 2],
      loses: [1, 'accepted', 0, 1],
    },
    { why: 'a renewal does not undo a removal', wins: [1, 'removed', 0, 1], loses: [1, 'accepted', 0, 2] },
    { why: 'nor does a new epoch', wins: [1, 'removed', 0, 1], loses: [1, 'accepted', 1, 2] },
    { why: 'a removal stands against a rejection', wins: [1, 'removed', 0, 1], loses: [1, 'rejected', 0, 1] },
    {
      why: 'of two answers at once the no counts',
      wins: [1, 'rejected', 0, 1],
      loses: [1, 'accepted', 0, 1],
    },
    { why: 'a new request begins anew', wins: [2, 'accepted', 0, 1], loses: [1, 'removed', 1, 2] },
    { why: 'the epoch goes before the serial', wins: [1, 'accepted', 1, 1], loses: [1, 'accepted', 0, 2] },
  ])('$why', ({ wins, loses }) => {
    expect(supersedes(find(wins), find(loses))).toBe(true);
    expect(supersedes(find(loses), find(wins))).toBe(false);
  });
});

const pick = <T>(items: readonly T[], at: number): T => items[at % items.length] as T;
const hashes = (records: readonly SignedRecord[]): string[] => records.map(({ hash }) => hash);
const pairs = <T>(items: readonly T[]): [T, T][] => items.flatMap((a) => items.map((b): [T, T] => [a, b]));
