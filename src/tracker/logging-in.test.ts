import { afterAll, describe, expect, test } from 'vitest';
import { HeldClock } from '../../test/support/held-clock.ts';
import type { TrackerCaller } from '../../test/support/tracker-caller.ts';
import type { SampleUser } from '../../test/contract/sample-records.ts';
import { put, TrackerField, type Account } from '../../test/support/tracker-field.ts';
import { trackerApi } from '../api/index.ts';
import { fromBase64Url, toBase64Url } from '../base/index.ts';
import { newRecoveryCode, openOpaque, parseRecoveryCode, proofHash } from '../identity/index.ts';
import { decodeRecord, recordKey, type RecordOf } from '../records/index.ts';

const field = new TrackerField();
const opaque = openOpaque();
afterAll(() => opaque.close());

async function oneTracker() {
  const trackers = await field.cluster(1);
  const clock = new HeldClock();
  await trackers.start(1, clock);
  return { port: trackers.ports[0] ?? 0, clock, trackers };
}

const proofOf = (password: string): Uint8Array => Buffer.from(password.padEnd(32, '.'));

async function credential(
  { person, caller }: Account,
  password: string,
  more: Partial<RecordOf<'credential'>['body']> = {},
): Promise<RecordOf<'credential'>> {
  const start = await opaque.startRegistration(password);
  const { response, setup } = await caller.call(trackerApi.registrationStart, {
    body: { uid: person.uid, request: toBase64Url(start.request) },
  });
  const parties = { uid: person.uid, clusterId: person.cluster };
  const done = await opaque.finishRegistration(password, start, fromBase64Url(response), parties);
  if (!done) throw new Error('the registration was refused');
  return person.sign('credential', recordKey.credential(person.uid), {
    n: 1,
    setup,
    registration: done.registration,
    wrapByPassword: new Uint8Array(60),
    passwordProofHash: proofHash(proofOf(password)),
    wrapByRecovery: new Uint8Array(60),
    recoveryProofHash: proofHash(proofOf('no recovery')),
    ...more,
  });
}

/** Kinds of the records that log-in gives. */
async function logIn(caller: TrackerCaller, user: string, password: string, person: SampleUser) {
  const start = await opaque.startLogin(password);
  const begun = await caller.call(trackerApi.loginStart, {
    body: { user, request: toBase64Url(start.request) },
  });
  const parties = { uid: begun.uid, clusterId: person.cluster };
  const done = await opaque.finishLogin(password, start, fromBase64Url(begun.response), parties);
  const finish = done ? toBase64Url(done.finish) : '';
  const { records } = await caller.call(trackerApi.loginFinish, { body: { login: begun.login, finish } });
  return records.map((text) => decodeRecord(fromBase64Url(text)).kind);
}
const beginOnly = async (caller: TrackerCaller, user: string): Promise<unknown> => {
  const { request } = await opaque.startLogin('guess');
  return caller.call(trackerApi.loginStart, { body: { user, request: toBase64Url(request) } });
};

describe('logging in', () => {
  test('gives the account’s records for the right password alone, from any case of the name', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const secret = anna.person.sign('secret', recordKey.secret('0'.repeat(32), anna.person.uid), {
      purpose: 'identity',
      id: '',
      sealed: new Uint8Array(64),
    });
    await put(anna.caller, [await credential(anna, 'right'), secret, anna.person.share(1)]);
    const nobody = await field.caller(port);
    expect(await logIn(nobody, 'Anna', 'right', anna.person)).toEqual([
      'credential',
      'name',
      'secret',
      'user',
    ]);
    await expect(logIn(nobody, 'anna', 'wrong', anna.person)).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    });
    await expect(logIn(nobody, 'ben', 'right', anna.person)).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
  });

  test('answers for a user without credential as for one with a wrong password', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const ben = await field.account(port, 'ben');
    await put(anna.caller, [await credential(anna, 'right')]);
    const begin = async (user: string) => {
      const answer = await ben.caller.call(trackerApi.loginStart, {
        body: { user, request: toBase64Url((await opaque.startLogin('wrong')).request) },
      });
      return { keys: Object.keys(answer), setup: answer.setup, length: answer.response.length };
    };
    expect(await begin('ben')).toEqual(await begin('anna'));
    await expect(logIn(ben.caller, 'ben', 'any', ben.person)).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    });
  });

  test('five attempts are free, then delays grow; success forgives; the text says how long', async () => {
    const { port, clock } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const ben = await field.account(port, 'ben');
    await put(anna.caller, [await credential(anna, 'right')]);
    // Breaking off after the start counts like a wrong password.
    for (let n = 0; n < 5; n += 1) await beginOnly(anna.caller, 'anna');
    await expect(beginOnly(anna.caller, 'anna')).rejects.toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      status: 429,
      message: expect.stringMatching(/log in as anna; try again in 2 seconds$/),
      retryAfterMs: 2_000,
    });
    await beginOnly(ben.caller, 'ben');
    clock.forward(2_000);
    await beginOnly(anna.caller, 'anna');
    clock.forward(2_000);
    await expect(beginOnly(anna.caller, 'anna')).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    clock.forward(2_000);
    await logIn(anna.caller, 'anna', 'right', anna.person);
    for (let n = 0; n < 5; n += 1) await beginOnly(anna.caller, 'anna');
  });

  test('one address begins 60 log-ins at once, then one a second, whatever the names', async () => {
    const { port } = await oneTracker();
    const caller = await field.caller(port);
    const { request } = await opaque.startLogin('guess');
    const begin = (n: number) =>
      caller.ask(trackerApi.loginStart, { body: { user: `user${n}`, request: toBase64Url(request) } });
    const statuses: number[] = [];
    for (let n = 0; n < 70; n += 1) statuses.push((await begin(n)).status);
    expect(new Set(statuses.slice(0, 60))).toEqual(new Set([404]));
    expect(new Set(statuses.slice(60))).toEqual(new Set([429]));
  });

  test('a log-in ends once, and within a minute', async () => {
    const { port, clock } = await oneTracker();
    const anna = await field.account(port, 'anna');
    await put(anna.caller, [await credential(anna, 'right')]);
    const start = await opaque.startLogin('right');
    const begin = () =>
      anna.caller.call(trackerApi.loginStart, {
        body: { user: 'anna', request: toBase64Url(start.request) },
      });
    const parties = { uid: anna.person.uid, clusterId: anna.person.cluster };
    const first = await begin();
    const done = await opaque.finishLogin('right', start, fromBase64Url(first.response), parties);
    const finish = toBase64Url(done?.finish ?? new Uint8Array());
    await anna.caller.call(trackerApi.loginFinish, { body: { login: first.login, finish } });
    const again = anna.caller.call(trackerApi.loginFinish, { body: { login: first.login, finish } });
    await expect(again).rejects.toMatchObject({ code: 'TIMED_OUT' });
    const second = await begin();
    clock.forward(60_001);
    const late = anna.caller.call(trackerApi.loginFinish, { body: { login: second.login, finish } });
    await expect(late).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  test('takes no malformed OPAQUE messages', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const body = { user: 'anna', request: toBase64Url(new Uint8Array(32)) };
    await expect(anna.caller.call(trackerApi.loginStart, { body })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENTS',
    });
    const registration = { uid: anna.person.uid, request: 'AAAA' };
    await expect(
      anna.caller.call(trackerApi.registrationStart, { body: registration }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
  });
});

describe('a new password', () => {
  test('replaces the old one by compare-and-set with its proof', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const first = await credential(anna, 'first');
    await put(anna.caller, [first]);
    const previous = { hash: first.hash, proof: proofOf('first') };
    const unproven = await credential(anna, 'stolen', {
      n: 2,
      previous: { ...previous, proof: proofOf('guess') },
    });
    expect((await put(anna.caller, [unproven])).results).toMatchObject([{ code: 'WRONG_PASSWORD' }]);
    const second = await credential(anna, 'second', { n: 2, previous });
    expect((await put(anna.caller, [second])).results).toMatchObject([{ status: 'applied' }]);
    const lost = await credential(anna, 'other', { n: 2, previous });
    expect((await put(anna.caller, [lost])).results).toMatchObject([
      { status: 'conflict', code: 'CONFLICT' },
    ]);
    const leap = await credential(anna, 'leap', { n: 9, previous });
    expect((await put(anna.caller, [leap])).results).toMatchObject([{ status: 'conflict' }]);
    expect((await put(anna.caller, [first])).results).toMatchObject([{ status: 'stale' }]);
    expect(await logIn(anna.caller, 'anna', 'second', anna.person)).toContain('credential');
    await expect(logIn(anna.caller, 'anna', 'first', anna.person)).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    });
  });

  test('an account that was changed often comes back to an empty tracker', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const seventh = await credential(anna, 'seventh', {
      n: 7,
      previous: { hash: '0'.repeat(64), proof: proofOf('x') },
    });
    expect((await put(anna.caller, [seventh])).results).toMatchObject([{ status: 'applied' }]);
  });

  test('the recovery code opens the account, a wrong one counts as an attempt', async () => {
    const { port } = await oneTracker();
    const anna = await field.account(port, 'anna');
    const code = parseRecoveryCode(newRecoveryCode());
    if (!code) throw new Error('our own code is unreadable');
    await put(anna.caller, [await credential(anna, 'lost', { recoveryProofHash: proofHash(code.proof) })]);
    const recover = (proof: Uint8Array) =>
      anna.caller.call(trackerApi.recover, { body: { user: 'anna', proof: toBase64Url(proof) } });
    expect((await recover(code.proof)).records).toHaveLength(3);
    for (let n = 0; n < 5; n += 1) {
      await expect(recover(proofOf('guess'))).rejects.toMatchObject({ code: 'WRONG_CODE' });
    }
    await expect(recover(code.proof)).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });
});
