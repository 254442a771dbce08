import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Person } from '../../../test/support/signed-group.ts';
import { type CallResult, trackerApi } from '../../api/index.ts';
import { sha256Hex, toBase64Url } from '../../base/index.ts';
import { generateKey } from '../../identity/index.ts';
import { type SignedRecord, recordKey, stampRecord } from '../../records/index.ts';
import { NameBook } from './name-book.ts';
import type { TrackerApi } from './tracker-link.ts';
import { UserState } from './user-state.ts';

const clusterKey = generateKey();
const cluster = { id: sha256Hex(clusterKey.publicKey), key: clusterKey };
type NameAnswer = CallResult<typeof trackerApi.name>;

/** A tracker that says whatever it likes. It has the cluster's key, so its stamps are good. */
class Liar implements TrackerApi {
  readonly tracker = { host: '127.0.0.1', port: 9000, text: '127.0.0.1:9000' };
  readonly names = new Map<string, NameAnswer>();
  labels: Record<string, string> = {};

  async call(endpoint: unknown, input: { params?: unknown }): Promise<never> {
    if (endpoint === trackerApi.labels) return { labels: this.labels } as never;
    return this.names.get((input.params as { label: string }).label.toLowerCase()) as never;
  }

  /** From now on `label` is said to be `person`'s, with claims of these people. */
  says(label: string, person: Person, claims: readonly SignedRecord[]): void {
    this.names.set(label, { id: person.uid, label, records: claims.map(({ bytes }) => toBase64Url(bytes)) });
  }
}

const claimOf = (person: Person, label: string, ms: number): SignedRecord =>
  stampRecord(person.sign('name', recordKey.userName(label, person.uid), { label }), ms, cluster);

let folder: string;
let liar: Liar;
let state: UserState;
let names: NameBook;
let others: unknown[];
const [bob, eve] = [new Person(cluster.id), new Person(cluster.id)];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-names-'));
  liar = new Liar();
  await reopen();
});
afterEach(async () => {
  await state.settled();
  await rm(folder, { recursive: true, force: true });
});

async function reopen(): Promise<void> {
  state = await UserState.open(join(folder, 'state.json'), () => undefined);
  others = [];
  names = new NameBook({ call: (work) => work(liar) }, cluster.id, state, (...other) => others.push(other));
}

test('a name keeps its first meaning, over restarts too', async () => {
  liar.says('bob', bob, [claimOf(bob, 'bob', 5)]);
  expect(await names.resolve('user', 'bob')).toMatchObject({ id: bob.uid, label: 'bob' });
  await state.settled();
  await reopen();
  liar.says('bob', eve, [claimOf(eve, 'bob', 1)]);
  await expect(names.resolve('user', 'bob')).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
  await expect(names.resolve('user', 'BOB')).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
  expect(others).toContainEqual(['user', 'bob', eve.uid, bob.uid]);
});

test.each(['constructor', '__proto__', 'hasOwnProperty'])('%s is a name like any other', async (label) => {
  liar.says(label.toLowerCase(), bob, [claimOf(bob, label, 5)]);
  expect(await names.resolve('user', label)).toMatchObject({ id: bob.uid, label });
  await state.settled();
  await reopen();
  expect(await names.resolve('user', label)).toMatchObject({ id: bob.uid, label });
  liar.says(label.toLowerCase(), eve, [claimOf(eve, label, 1)]);
  await expect(names.resolve('user', label)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
});

test('who is named with a piece of the id is that one', async () => {
  liar.says('bob', bob, [claimOf(bob, 'bob', 5)]);
  await names.resolve('user', 'bob');
  const typed = `bob~${eve.uid.slice(0, 6)}`;
  liar.says(typed, eve, [claimOf(eve, 'bob', 1), claimOf(bob, 'bob', 5)]);
  expect(await names.resolve('user', typed)).toMatchObject({
    id: eve.uid,
    label: `bob~${eve.uid.slice(0, 4)}`,
  });
});

test('in a list a stranger under a known name is shown with a piece of its id', async () => {
  liar.labels = { [bob.uid]: 'bob' };
  expect((await names.labelsOf('user', [bob.uid]))(bob.uid)).toBe('bob');
  liar.labels = { [eve.uid]: 'bob' };
  expect(others).toEqual([]);
  expect((await names.labelsOf('user', [eve.uid]))(eve.uid)).toBe(`bob~${eve.uid.slice(0, 4)}`);
  expect(others).toEqual([['user', 'bob', eve.uid, bob.uid]]);
});

test.each([
  {
    why: 'the claim is not stamped',
    claims: () => [bob.sign('name', recordKey.userName('bob', bob.uid), { label: 'bob' })],
  },
  { why: 'the claim is another’s', claims: () => [claimOf(eve, 'bob', 1)] },
  {
    why: 'an earlier claim stands beside it',
    claims: () => [claimOf(bob, 'bob', 5), claimOf(eve, 'bob', 1)],
  },
  { why: 'it is signed for another cluster', claims: () => [claimOf(new Person(), 'bob', 1)] },
  { why: 'nothing is shown', claims: () => [] },
])('a tracker is not believed where $why', async ({ claims }) => {
  liar.says('bob', bob, claims());
  await expect(names.resolve('user', 'bob')).rejects.toThrow('did not prove');
});

test.each(['a/b', '', 'x'.repeat(33), 'bob~', 'bob~xyz'])('%j is no name', async (typed) => {
  await expect(names.resolve('user', typed)).rejects.toMatchObject({ code: 'INVALID_NAME' });
});
