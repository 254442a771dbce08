import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { type Known, LocalStage } from '../support/local-stage.ts';

const stage: { it: LocalStage; known: Known } = {} as never;
beforeAll(async () => {
  stage.it = await LocalStage.open(
    fakeHost({ listGroups: async () => [], createGroup: async () => undefined }),
  );
  stage.known = await stage.it.known();
});
afterAll(() => stage.it.close());

const port = (): string => stage.it.authority.split(':')[1] ?? '';
const groups = (headers: Record<string, string | undefined> = {}) =>
  stage.it.ask('/v1/groups', { headers: { ...stage.known, ...headers } });
const create = (headers: Record<string, string | undefined> = {}, body = '{"group":"trip"}') =>
  stage.it.ask('/v1/groups/create', {
    method: 'POST',
    headers: { ...stage.known, ...stage.it.own, ...headers },
    body,
  });
const asked = (): number => stage.it.host.fake.asked.length;

describe('the page itself', () => {
  test('reads and writes', async () => {
    expect((await groups()).status).toBe(200);
    expect(await create()).toMatchObject({ status: 200, text: '{}\n' });
  });

  test('is told nothing that others could read, and to let nobody look in', async () => {
    const { headers } = await groups();
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('a name that was pointed here (DNS rebinding)', () => {
  test.each([
    ['another name', () => `evil.example:${port()}`],
    ['another name without a port', () => 'evil.example'],
    ['another port', () => '127.0.0.1:1'],
    ['no port', () => '127.0.0.1'],
    ['a name for loopback', () => `localhost:${port()}`],
    ['another address of loopback', () => `127.0.0.2:${port()}`],
    ['a name that begins like ours', () => `127.0.0.1:${port()}.evil.example`],
    ['ours in another notation', () => `0x7f.1:${port()}`],
  ])('%s', async (_, host) => {
    const before = asked();
    for (const path of ['/v1/groups', '/', '/openapi.json', '/files/x/y', '/v1/events'])
      expect(await stage.it.ask(path, { headers: { ...stage.known, host: host() } })).toMatchObject({
        status: 403,
      });
    expect(await create({ host: host() })).toMatchObject({ status: 403 });
    expect(asked()).toBe(before);
  });

  test('none at all', async () => {
    expect((await groups({ host: undefined })).status).toBe(400);
  });

  test('what is asked for names another host', async () => {
    for (const path of ['http://evil.example/v1/groups', '//evil.example/v1/groups', '*'])
      expect((await stage.it.ask(path, { headers: stage.known })).status).toBe(400);
  });
});

describe("another site's page", () => {
  test.each([
    ['another site', 'http://evil.example'],
    ['another port of this machine', 'http://127.0.0.1:9'],
    ['the same in https', () => `https://127.0.0.1:${port()}`],
    ['none that counts', 'null'],
    ['not said', undefined],
  ])('writes nothing: %s', async (_, origin) => {
    const before = asked();
    const answer = await create({ origin: typeof origin === 'function' ? origin() : origin });
    expect(answer).toMatchObject({ status: 403 });
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
    expect(asked()).toBe(before);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    undefined,
  ])('sends no form as a call: %s', async (type) => {
    const before = asked();
    expect(await create({ 'content-type': type })).toMatchObject({ status: 415 });
    expect(asked()).toBe(before);
  });

  test.each(['cross-site', 'same-site'])('reads nothing, not even as a picture: %s', async (site) => {
    for (const mode of ['no-cors', 'cors', 'navigate']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': 'image' };
      expect((await groups(headers)).status).toBe(403);
      expect((await stage.it.ask('/', { headers })).status).toBe(403);
    }
  });

  test.each(['http://127.0.0.1:9', 'null'])(
    'reads nothing in a browser that says no more than %s',
    async (origin) => {
      expect((await groups({ origin })).status).toBe(403);
      expect((await stage.it.ask('/v1/events', { headers: { origin, ...stage.known } })).status).toBe(403);
      expect((await groups({ origin: stage.it.own['origin'] })).status).toBe(200);
    },
  );

  test('may link to the page, and to nothing else', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await stage.it.ask('/', { headers: link })).status).toBe(503);
    expect((await groups(link)).status).toBe(403);
    expect((await groups({ ...link, 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  test('asks beforehand in vain (CORS preflight)', async () => {
    const answer = await stage.it.ask('/v1/groups/create', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test('a cookie that a page at another port put before the right one locks nobody out', async () => {
  const cookie = `mbt-${port()}=junk; mbt-${port()}=${'A'.repeat(43)}; other=1; ${stage.known.cookie}`;
  expect((await groups({ cookie })).status).toBe(200);
  expect((await create({ cookie })).status).toBe(200);
});

describe('a browser that is not known', () => {
  test.each([
    ['no cookie', () => undefined],
    ['an empty one', () => `mbt-${port()}=`],
    ['a made up one', () => `mbt-${port()}=${'A'.repeat(43)}`],
    ['that of another port', () => stage.known.cookie.replace(/^mbt-\d+/, 'mbt-9')],
    ['half of it', () => stage.known.cookie.slice(0, -20)],
  ])('%s', async (_, cookie) => {
    const headers = { ...stage.known, cookie: cookie() };
    const before = asked();
    expect(await groups(headers)).toMatchObject({ status: 401 });
    expect(await create(headers)).toMatchObject({ status: 401 });
    expect((await stage.it.ask('/v1/events', { headers })).status).toBe(401);
    expect((await stage.it.ask('/openapi.json', { headers })).status).toBe(401);
    expect(asked()).toBe(before);
  });

  test('learns not even which calls there are', async () => {
    expect((await stage.it.ask('/v1/no-such-call')).status).toBe(401);
    expect((await stage.it.ask('/v1/no-such-call', { headers: stage.known })).status).toBe(404);
  });
});

test('the page may not do what is for the terminal', async () => {
  for (const [path, body] of [
    ['/v1/node/stop', '{}'],
    ['/v1/web/link', '{}'],
    ['/v1/places/allow', '{"path":"/"}'],
    ['/v1/places/disallow', '{"path":"/"}'],
  ] as const) {
    const headers = { ...stage.known, ...stage.it.own };
    expect(await stage.it.ask(path, { method: 'POST', headers, body })).toMatchObject({ status: 403 });
  }
  expect(stage.it.host.stopped).toBe(0);
  expect(
    (
      await stage.it.askSocket('/v1/node/stop', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
    ).status,
  ).toBe(200);
  expect(stage.it.host.stopped).toBe(1);
});
