import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOpaque, type OpaqueLogin, type OpaqueRegistration } from './opaque-client.ts';
import { newOpaqueSetup, openOpaqueServer, type OpaqueServer } from './opaque-server.ts';

const parties = { uid: 'anna', clusterId: 'here' };
const client = openOpaque();
let server: OpaqueServer;
let rotated: OpaqueServer;
let registered: OpaqueRegistration;

beforeAll(async () => {
  const first = await newOpaqueSetup();
  server = await openOpaqueServer(new Map([[1, first]]), parties.clusterId);
  rotated = await openOpaqueServer(
    new Map([
      [1, first],
      [2, await newOpaqueSetup()],
    ]),
    parties.clusterId,
  );
  registered = await register('correct horse');
});
afterAll(() => client.close());

async function register(password: string): Promise<OpaqueRegistration> {
  const start = await client.startRegistration(password);
  const answer = server.registrationResponse(parties.uid, start.request);
  expect(answer?.setup).toBe(1);
  const done = await client.finishRegistration(
    password,
    start,
    answer?.response ?? new Uint8Array(),
    parties,
  );
  expect(done).toBeDefined();
  return done as OpaqueRegistration;
}

async function login(
  password: string,
  at = server,
  registration: Uint8Array | null = registered.registration,
  as = parties,
): Promise<{ login: OpaqueLogin | undefined; state: Uint8Array }> {
  const start = await client.startLogin(password);
  const credential = registration === null ? undefined : { setup: 1, registration };
  const answer = at.startLogin(parties.uid, credential, start.request);
  expect(answer).toBeDefined();
  const state = answer?.state ?? new Uint8Array();
  return { login: await client.finishLogin(password, start, answer?.response ?? state, as), state };
}

describe('OPAQUE', () => {
  test('the right password yields the export key of the registration, and convinces the tracker', async () => {
    const { login: done, state } = await login('correct horse');
    expect(done?.exportKey).toEqual(registered.exportKey);
    expect(server.finishLogin(parties.uid, state, done?.finish ?? state)).toBe(true);
    const again = await login('correct horse');
    expect(server.finishLogin(parties.uid, again.state, done?.finish ?? state)).toBe(false);
  });

  test('an old set-up still works after a new one came; new registrations use the new one', async () => {
    expect((await login('correct horse', rotated)).login?.exportKey).toEqual(registered.exportKey);
    const start = await client.startRegistration('x');
    expect(rotated.registrationResponse(parties.uid, start.request)?.setup).toBe(2);
  });

  test('the same letters composed otherwise are the same password', async () => {
    const start = await client.startRegistration('café');
    const answer = server.registrationResponse(parties.uid, start.request);
    const done = await client.finishRegistration(
      'cafe\u0301',
      start,
      answer?.response ?? start.request,
      parties,
    );
    expect((await login('cafe\u0301', server, done?.registration)).login?.exportKey).toEqual(done?.exportKey);
  });

  test.each([
    { why: 'a wrong password', attempt: () => login('correct house') },
    { why: 'an unknown user', attempt: () => login('correct horse', server, null) },
    {
      why: 'a registration of another cluster',
      attempt: () =>
        login('correct horse', server, registered.registration, { ...parties, clusterId: 'there' }),
    },
    {
      why: 'a registration of another user',
      attempt: () => login('correct horse', server, registered.registration, { ...parties, uid: 'ben' }),
    },
  ])('$why yields nothing', async ({ attempt }) => {
    const start = await client.startLogin('correct horse');
    expect(server.startLogin('nobody', undefined, start.request)?.response.length).toBe(320);
    await expect(attempt().then(({ login: done }) => done)).resolves.toBeUndefined();
  });

  test('malformed messages are refused on both sides, not thrown', async () => {
    const junk = new Uint8Array([1, 2, 3]);
    expect(server.registrationResponse(parties.uid, junk)).toBeUndefined();
    expect(server.startLogin(parties.uid, undefined, junk)).toBeUndefined();
    expect(server.finishLogin(parties.uid, junk, junk)).toBe(false);
    const start = await client.startLogin('x');
    await expect(client.finishLogin('x', start, junk, parties)).resolves.toBeUndefined();
    await expect(client.finishRegistration('x', start, junk, parties)).resolves.toBeUndefined();
  });

  test('closing ends what is under way', async () => {
    const other = openOpaque();
    const pending = other.startLogin('x');
    const settled = expect(pending).rejects.toThrow('closed');
    await Promise.all([other.close(), other.close(), settled]);
    await expect(other.startLogin('x')).rejects.toThrow('closed');
  });
});
