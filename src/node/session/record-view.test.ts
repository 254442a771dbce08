import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CLUSTER, Person, SignedGroup } from '../../../test/support/signed-group.ts';
import { toBase64Url, utf8 } from '../../base/index.ts';
import { encode } from '../../bencode/index.ts';
import { sign } from '../../identity/index.ts';
import { RecordFault, type SignedRecord } from '../../records/index.ts';
import { RecordLog } from './record-log.ts';
import { RecordView } from './record-view.ts';

async function scene() {
  const owner = new Person();
  const me = new Person();
  const group = await SignedGroup.found(owner);
  const view = new RecordView(me.uid, CLUSTER);
  view.merge(group.request(me), 'own');
  return { owner, me, group, view };
}

test('a grant that was seen is not gone back on', async () => {
  const { me, group, view } = await scene();
  const accepted = await group.grant(me, 'accepted');
  const removed = await group.grant(me, 'removed');
  expect(view.merge(removed, 'news')).toBe(true);
  expect(view.merge(accepted, 'news')).toBe(false);
  expect(view.find('grant', accepted.key)?.body.verdict).toBe('removed');
});

test('records of groups that this user has nothing to do with are not kept', async () => {
  const { view } = await scene();
  const stranger = new Person();
  const other = await SignedGroup.found(stranger, 'other');
  expect(view.merge(other.record(), 'news')).toBe(false);
  expect(view.merge(stranger.sign('user', `user/${stranger.uid}`, { n: 1, label: 'eve' }), 'news')).toBe(
    false,
  );
});

test('a wrong signature and one of another cluster are refused, the good ones beside them kept', async () => {
  const { me, group, view } = await scene();
  const elsewhere = new Person('0'.repeat(64));
  const foreign = elsewhere.sign('left', `left/${group.gid}/${elsewhere.uid}`, { n: 1 });
  expect(() => view.merge(foreign, 'news')).toThrow(RecordFault);
  const good = await group.grant(me, 'accepted');
  await view.takeAll([toBase64Url(foreign.bytes), 'nonsense', toBase64Url(good.bytes)]);
  expect(view.get(good.key)?.hash).toBe(good.hash);
});

test('what comes together is told together, after each', async () => {
  const { me, group, view } = await scene();
  const told: string[] = [];
  view.listen({
    onChanged: ({ kind }) => told.push(kind),
    onGroupsChanged: (changes) => told.push(...[...changes.values()].map((kinds) => [...kinds].join('+'))),
  });
  const records = [group.record(), await group.grant(me, 'accepted'), group.share(me)];
  await view.takeAll(records.map(({ bytes }) => toBase64Url(bytes)));
  expect(told).toEqual(['group', 'grant', 'share', 'group+grant+share']);
});

/** The epoch that follows the founding one, by which `group` passes to `to`. */
function handOver(group: SignedGroup, to: Person) {
  const terms = { ownerKey: to.identity.publicKey, authority: group.authority.certificatePem };
  const dict = new Map([
    ['authority', utf8(terms.authority)],
    ['ownerKey', terms.ownerKey],
  ]);
  const head = utf8(`mbt epoch 1\n${CLUSTER}\n${group.gid}\n1\n${group.gid}\n`);
  const statement = Buffer.concat([head, encode(dict)]);
  const byOld = sign(group.owner.identity.privateKey, statement);
  return group.record([{ ...terms, byOld, byNew: sign(to.identity.privateKey, statement) }], to);
}

test('of two histories of a group the first seen stays, and the other is reported', async () => {
  const { group, view } = await scene();
  const forks: string[] = [];
  view.listen({ onFork: (gid) => forks.push(gid) });
  const [ben, eve] = [new Person(), new Person()];
  expect(view.merge(group.record(), 'news')).toBe(true);
  expect(view.merge(handOver(group, ben), 'news')).toBe(true);
  expect(forks).toEqual([]);
  expect(view.merge(handOver(group, eve), 'news')).toBe(false);
  expect(forks).toEqual([group.gid]);
  expect([...view.ofGroup(group.gid)].some(({ author }) => author === eve.uid)).toBe(false);
});

test('what was kept on disk is there again, and a torn end does no harm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mbt-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'records.log');
  const { me, group } = await scene();
  const kept: SignedRecord[] = [group.request(me), await group.grant(me, 'accepted')];
  const failures: unknown[] = [];
  const first = await RecordLog.open(path, (error) => failures.push(error));
  await first.log.start([]);
  for (const record of kept) first.log.append(record);
  await first.log.close();
  const whole = await readFile(path);
  await writeFile(path, Buffer.concat([whole, whole.subarray(0, 50)]));

  const second = await RecordLog.open(path, (error) => failures.push(error));
  expect(second.records.map(({ hash }) => hash)).toEqual(kept.map(({ hash }) => hash));
  await second.log.start(second.records);
  const removed = await group.grant(me, 'removed');
  second.log.append(removed);
  await second.log.close();

  const third = await RecordLog.open(path, (error) => failures.push(error));
  expect(third.records.map(({ hash }) => hash)).toEqual([...kept, removed].map(({ hash }) => hash));
  expect(failures).toEqual([]);
});
