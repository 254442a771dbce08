import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { SampleUser } from '../../test/contract/sample-records.ts';
import { HeldClock } from '../../test/support/held-clock.ts';
import { SignedGroup } from '../../test/support/signed-group.ts';
import { asText, put, TrackerField } from '../../test/support/tracker-field.ts';
import { TrackerCaller } from '../../test/support/tracker-caller.ts';
import { RECORDS_PER_CALL_MAX, trackerApi } from '../api/index.ts';
import { fromBase64Url, sha256, sha256Hex, toBase64Url } from '../base/index.ts';
import { decodeRecord, recordKey, type RecordOf } from '../records/index.ts';

const field = new TrackerField();

async function oneTracker(): Promise<number> {
  const trackers = await field.cluster(1);
  await trackers.start(1);
  return trackers.ports[0] ?? 0;
}

describe('names', () => {
  test('a claim is stamped, once; the same again gives the same stamp', async () => {
    const port = await oneTracker();
    const { person, caller } = await field.account(port, 'anna');
    const { results } = await put(caller, [person.claim('anna')]);
    const again = await put(caller, [person.claim('anna')]);
    expect(results).toMatchObject([{ status: 'applied' }]);
    expect(again.results[0]?.current).toBe(results[0]?.current);
    const stored = decodeRecord(fromBase64Url(results[0]?.current ?? ''));
    expect(stored.stamp?.ms).toBeGreaterThan(0);
    // A stamped claim that its author brings back is the same record.
    expect((await put(caller, [stored])).results).toMatchObject([{ status: 'applied' }]);
  });

  test('a taken label is refused in any case, with all that came along', async () => {
    const port = await oneTracker();
    const { caller, person: anna } = await field.account(port, 'anna');
    const other = new SampleUser(anna.cluster);
    const { results } = await put(caller, [other.user('ANNA'), other.claim('ANNA'), other.share(1)]);
    expect(results.map(({ status, code }) => [status, code])).toEqual(
      Array(3).fill(['refused', 'USER_EXISTS']),
    );
    const { id } = await caller.call(trackerApi.name, { params: { kind: 'user', label: 'aNNa' } });
    expect(id).toBe(anna.uid);
    expect(
      (await caller.ask(trackerApi.listRecords, { query: { prefix: `user/${other.uid}` } })).body,
    ).toEqual({
      records: [],
    });
  });

  test('of many that claim one label at once one gets it', async () => {
    const port = await oneTracker();
    const { caller, person: first } = await field.account(port, 'anna');
    const people = Array.from({ length: 8 }, () => new SampleUser(first.cluster));
    const answers = await Promise.all(
      people.map((person) => put(caller, [person.user('ben'), person.claim('ben')])),
    );
    const codes = answers.map(({ results }) => results[1]?.code ?? 'won');
    expect(codes.toSorted()).toEqual([...Array<string>(7).fill('USER_EXISTS'), 'won']);
  });

  test('nobody claims a name that it does not ask for', async () => {
    const port = await oneTracker();
    const { person, caller } = await field.account(port, 'anna');
    expect((await put(caller, [person.claim('root')])).results).toMatchObject([{ status: 'refused' }]);
  });

  test('an account takes one name, whatever it asks for later', async () => {
    const port = await oneTracker();
    const { person, caller } = await field.account(port, 'anna');
    const { results } = await put(caller, [person.user('bank', 2), person.claim('bank')]);
    expect(results).toMatchObject([{ status: 'refused' }, { code: 'REFUSED' }]);
    // Where that took two calls, too.
    await put(caller, [person.user('bank', 2)]);
    expect((await put(caller, [person.claim('bank')])).results).toMatchObject([{ code: 'REFUSED' }]);
    expect((await field.account(port, 'bank')).person.uid).not.toBe(person.uid);
    await expect(
      caller.call(trackerApi.name, { params: { kind: 'user', label: 'anna' } }),
    ).resolves.toMatchObject({
      id: person.uid,
    });
  });

  test('a group is named with its founding, and not by another', async () => {
    const port = await oneTracker();
    const anna = await field.account(port, 'anna');
    const ben = await field.account(port, 'ben');
    const group = await SignedGroup.found(anna.person);
    const name = (person: SampleUser): RecordOf<'name'> =>
      person.sign('name', recordKey.groupName('lab', group.gid, person.uid), { label: 'lab' });
    expect((await put(ben.caller, [name(ben.person)])).results).toMatchObject([{ status: 'refused' }]);
    expect((await put(anna.caller, [group.record(), name(anna.person)])).results).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
    ]);
    const rival = await SignedGroup.found(ben.person, 'LAB');
    const claim = ben.person.sign('name', recordKey.groupName('LAB', rival.gid, ben.person.uid), {
      label: 'LAB',
    });
    expect((await put(ben.caller, [rival.record(), claim])).results).toMatchObject([
      { code: 'GROUP_EXISTS' },
      { code: 'GROUP_EXISTS' },
    ]);
  });
});

describe('bad input', () => {
  test.each([
    {
      why: 'a byte turned in the signature',
      forge: (share: RecordOf<'share'>) => turn(share.bytes, share.bytes.length - 3),
    },
    {
      why: 'a byte turned in the body',
      forge: (share: RecordOf<'share'>) => turn(share.bytes, indexOf(share.bytes, 'file 1')),
    },
    { why: 'bytes that are no record', forge: () => sha256('nonsense') },
    { why: 'nothing', forge: () => new Uint8Array() },
    { why: 'a record cut short', forge: (share: RecordOf<'share'>) => share.bytes.subarray(0, 100) },
    {
      why: 'more behind the record',
      forge: (share: RecordOf<'share'>) => Buffer.concat([share.bytes, Buffer.from('e')]),
    },
  ])('refuses $why, and stores what is good beside it', async ({ forge }) => {
    const { person, caller } = await field.account(await oneTracker(), 'anna');
    const good = person.share(2);
    const records = [toBase64Url(forge(person.share(1))), asText(good)];
    const { results } = await caller.call(trackerApi.putRecords, { body: { records } });
    expect(results.map(({ status }) => status)).toEqual(['refused', 'applied']);
    expect(results[0]?.text).toBeTruthy();
    expect((await caller.send('GET', '/healthz')).body).toBe('ok 3 records\n');
  });

  test('refuses a record of another cluster, and one under somebody else’s key', async () => {
    const { person, caller } = await field.account(await oneTracker(), 'anna');
    const foreign = new SampleUser(sha256Hex('another cluster'));
    const mine = person.share(1);
    const text = Buffer.from(mine.bytes).toString('latin1').replace(person.uid, foreign.uid);
    const records = [asText(foreign.user()), toBase64Url(Buffer.from(text, 'latin1'))];
    const { results } = await caller.call(trackerApi.putRecords, { body: { records } });
    expect(results.map(({ status }) => status)).toEqual(['refused', 'refused']);
  });

  test('refuses grants and an end by who never owned the group, and stores them from who does', async () => {
    const port = await oneTracker();
    const anna = await field.account(port, 'anna');
    const eve = await field.account(port, 'eve');
    const group = await SignedGroup.found(anna.person);
    await put(anna.caller, [group.record()]);
    const forged = [await group.grant(eve.person, 'accepted', { by: eve.person }), group.ended(eve.person)];
    expect((await put(eve.caller, forged)).results).toMatchObject([{ code: 'REFUSED' }, { code: 'REFUSED' }]);
    const good = [await group.grant(eve.person, 'rejected'), group.ended()];
    expect((await put(anna.caller, good)).results).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
    ]);
    // An owner who brings all of it to an empty tracker puts the group's record first.
    const other = await SignedGroup.found(anna.person, 'other');
    const all = [other.record(), await other.grant(anna.person, 'accepted')];
    expect((await put(anna.caller, all)).results).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
    ]);
  });

  test('a lower number is stale and told what is newer; a repeated record is applied', async () => {
    const { person, caller } = await field.account(await oneTracker(), 'anna');
    const newer = person.share(1, 2);
    await put(caller, [newer]);
    expect((await put(caller, [person.share(1, 1), newer])).results).toEqual([
      { status: 'stale', current: asText(newer) },
      { status: 'applied' },
    ]);
  });

  test('refuses records of who has no account', async () => {
    const { caller, person } = await field.account(await oneTracker(), 'anna');
    const nobody = new SampleUser(person.cluster);
    expect((await put(caller, [nobody.share(1)])).results).toMatchObject([{ code: 'NOT_LOGGED_IN' }]);
    expect((await put(caller, [nobody.share(1), nobody.user('carl')])).results).toMatchObject([
      { status: 'applied' },
      { status: 'applied' },
    ]);
  });

  test('compare-and-set stores nothing where the expectation does not hold', async () => {
    const { person, caller } = await field.account(await oneTracker(), 'anna');
    const first = person.share(1, 1);
    await put(caller, [first]);
    const body = {
      records: [asText(person.share(1, 2)), asText(person.share(2))],
      expect: { key: first.key, hash: null },
    };
    const refused = await caller.call(trackerApi.putRecords, { body });
    expect(refused.results).toEqual(Array(2).fill({ status: 'conflict', current: asText(first) }));
    const accepted = await caller.call(trackerApi.putRecords, {
      body: { ...body, expect: { key: first.key, hash: first.hash } },
    });
    expect(accepted.results).toEqual([{ status: 'applied' }, { status: 'applied' }]);
  });

  test('a record of 10 MB is refused before it is there', async () => {
    const port = await oneTracker();
    // Announced: the answer comes although almost all of it is still to be sent.
    const head = { method: 'POST', path: '/v1/records', host: '127.0.0.1', port, rejectUnauthorized: false };
    const announced = request({
      ...head,
      headers: { 'content-type': 'application/json', 'content-length': '10000000' },
    });
    announced.write(`{"records":["${'A'.repeat(50_000)}`);
    const [answer] = (await once(announced, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    announced.destroy();
  });

  test('an endless body is cut off', async () => {
    const { caller } = await field.account(await oneTracker(), 'anna');
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; sent < 200_000_000; sent += 65_536) yield Buffer.alloc(65_536, 'A');
    }
    // The connection may be gone before the answer is read.
    const answer = await caller.send('POST', '/v1/records', endless()).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(20_000_000);
    expect((await caller.send('GET', '/healthz')).status).toBe(200);
  });

  test('a record somewhat too long is refused by the schema', async () => {
    const { caller } = await field.account(await oneTracker(), 'anna');
    const body = JSON.stringify({ records: ['A'.repeat(100_000)] });
    expect((await caller.send('POST', '/v1/records', body)).status).toBe(400);
  });

  test.each([
    { why: 'no JSON', body: '{"records": [' },
    { why: 'no object', body: '[]' },
    { why: 'no records', body: '{}' },
    { why: 'none of them', body: '{"records":[]}' },
    { why: 'too many', body: JSON.stringify({ records: Array(RECORDS_PER_CALL_MAX + 1).fill('AA') }) },
    { why: 'other characters', body: '{"records":["/+=="]}' },
    { why: 'deep nesting', body: '['.repeat(100_000) },
  ])('answers a body with $why by 400 and words', async ({ body }) => {
    const caller = await field.caller(await oneTracker());
    expect(await caller.send('POST', '/v1/records', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_ARGUMENTS', text: expect.stringMatching(/.+/) } },
    });
  });

  test('knows no other calls', async () => {
    const caller = await field.caller(await oneTracker());
    expect((await caller.send('GET', '/v2/records')).status).toBe(400);
    expect((await caller.send('GET', '/v1/names/user/..%2f..%2fetc')).status).toBe(400);
  });
});

test('one address makes 60 accounts at once, then one a second', async () => {
  const trackers = await field.cluster(1);
  const clock = new HeldClock();
  await trackers.start(1, clock);
  const { caller, person } = await field.account(trackers.ports[0], 'first');
  const people = Array.from({ length: 60 }, () => new SampleUser(person.cluster));
  const makeAll = async (): Promise<number> => {
    const { results } = await put(
      caller,
      people.map((one, n) => one.user(`user${n}`)),
    );
    const refused = results.filter(({ status }) => status === 'refused');
    expect(new Set(refused.map(({ code }) => code))).toEqual(
      new Set(refused.length ? ['TOO_MANY_ATTEMPTS'] : []),
    );
    return refused.length;
  };
  expect(await makeAll()).toBe(1);
  expect(await makeAll()).toBe(1);
  clock.forward(1_000);
  expect(await makeAll()).toBe(0);
});

describe('who may call', () => {
  test('strangers may not do what needs an identity, an account, or a tracker', async () => {
    const port = await oneTracker();
    const { person } = await field.account(port, 'anna');
    const nobody = await field.caller(port);
    const newcomer = await field.caller(port, new SampleUser(person.cluster));
    expect((await nobody.ask(trackerApi.listRecords)).status).toBe(401);
    expect((await nobody.send('GET', '/v1/events')).status).toBe(401);
    expect((await newcomer.ask(trackerApi.listRecords)).body).toEqual({ records: [] });
    expect(await newcomer.ask(trackerApi.groups)).toMatchObject({
      status: 401,
      body: { error: { code: 'NOT_LOGGED_IN' } },
    });
    for (const path of ['hello', 'digests', 'lists', 'fetch', 'put']) {
      for (const caller of [nobody, newcomer]) {
        expect(await caller.send('POST', `/v1/replica/${path}`, '{}')).toMatchObject({
          status: 403,
          body: { error: { code: 'DIFFERENT_CLUSTER' } },
        });
      }
    }
  });

  test('a TLS session is never resumed', async () => {
    const port = await oneTracker();
    const sessions: Buffer[] = [];
    const connectOnce = async (session?: Buffer): Promise<boolean> => {
      const socket = connect({
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        ...(session && { session }),
      });
      socket.on('session', (fresh) => sessions.push(fresh));
      await once(socket, 'secureConnect');
      const isReused = socket.isSessionReused();
      // What the server has to say of sessions, it says before the answer.
      socket.write('GET /healthz HTTP/1.1\r\nHost: tracker\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      return isReused;
    };
    expect(await connectOnce()).toBe(false);
    for (const session of sessions.splice(0)) expect(await connectOnce(session)).toBe(false);
  });

  test('a certificate over another kind of key is nobody’s', async () => {
    const port = await oneTracker();
    const { execFileSync } = await import('node:child_process');
    const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/rsa-');
    try {
      const out = [`-keyout`, `${folder}/key.pem`, `-out`, `${folder}/cert.pem`];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', ...out], {
        stdio: 'ignore',
      });
      const read = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
      const caller = TrackerCaller.withCertificate(port, read('cert.pem'), read('key.pem'));
      expect((await caller.ask(trackerApi.listRecords)).status).toBe(401);
      expect((await caller.ask(trackerApi.cluster)).status).toBe(200);
      await caller.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function turn(bytes: Uint8Array, at: number): Uint8Array {
  const forged = Uint8Array.from(bytes);
  forged[at] = (forged[at] ?? 0) ^ 1;
  return forged;
}
const indexOf = (bytes: Uint8Array, text: string): number => Buffer.from(bytes).indexOf(text);
