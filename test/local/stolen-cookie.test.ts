import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalCall, localPaths, localRoute, localStreams } from '../../src/api/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeHost } from '../support/fake-host.ts';
import { type Answer, type Known, LocalStage } from '../support/local-stage.ts';

const DAY_MS = 86_400_000;
const calls = Object.keys(localPaths) as LocalCall[];

let clock: FakeClock;
let stage: LocalStage;
let known: Known;
beforeEach(async () => {
  clock = new FakeClock(1_000_000);
  const host = fakeHost({ listGroups: async () => [], createGroup: async () => undefined });
  stage = await LocalStage.open(host, {}, clock);
  known = await stage.known();
});
afterEach(() => stage.close());

const asked = (): number => stage.host.fake.asked.length;
/** As the page asks, or a program that says it is the page. */
function ask(method: string, path: string, who: Partial<Known>): Promise<Answer> {
  const body = method === 'GET' ? {} : { body: '{}' };
  return stage.ask(path, { method, headers: { ...stage.own, ...who }, ...body });
}

/** Who has another port of this machine is sent the cookie by the browser, but never the page's key. */
describe('a cookie without the key', () => {
  test.each(calls)('%s is refused', async (name) => {
    const { method, path } = localRoute(name);
    const { cookie } = known;
    const before = asked();
    // Without a link's token this one does nothing; it is how a browser becomes known.
    const status = name === 'openSession' ? 400 : 401;
    expect(await ask(method, path, { cookie })).toMatchObject({ status });
    expect(asked()).toBe(before);
    expect((await ask('GET', '/v1/groups', known)).status).toBe(200);
  });

  test.each([
    ['GET', localStreams.events],
    ['PUT', `${localStreams.drop}?id=00`],
    ['GET', '/openapi.json'],
    ['GET', '/v1/no-such-call'],
  ])('%s %s is refused', async (method, path) => {
    const { cookie } = known;
    const answer = await ask(method, path, { cookie });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { code: 'NOT_ALLOWED', text: expect.stringContaining('`mbt web`') as string },
    });
  });

  test('keeps no session alive, and ends none', async () => {
    const { cookie } = known;
    clock.advance(29 * DAY_MS);
    const answer = await ask('GET', '/v1/groups', { cookie });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await ask('POST', '/v1/web/session/close', { cookie })).toMatchObject({ status: 401 });
    clock.advance(DAY_MS - 1);
    expect((await ask('GET', '/v1/groups', known)).status).toBe(200);
    clock.advance(30 * DAY_MS + 1);
    expect((await ask('GET', '/v1/groups', known)).status).toBe(401);
  });
});

describe('a cookie with another key', () => {
  test.each<[string, (other: Known) => string]>([
    ['an empty one', () => ''],
    ['a made up one', () => 'A'.repeat(43)],
    ['half of it', () => known['mbt-page-key'].slice(0, -20)],
    ['more than it', () => `${known['mbt-page-key']}A`],
    ["the cookie's own secret", () => known.cookie.split('=')[1] ?? ''],
    ["another browser's", (other) => other['mbt-page-key']],
  ])('%s is refused', async (_, keyOf) => {
    const key = keyOf(await stage.known());
    const before = asked();
    const wrong = { ...known, 'mbt-page-key': key };
    expect((await ask('GET', '/v1/groups', wrong)).status).toBe(401);
    expect((await ask('POST', '/v1/groups/create', wrong)).status).toBe(401);
    expect((await ask('GET', '/v1/events', wrong)).status).toBe(401);
    expect(asked()).toBe(before);
  });

  test('what a browser would send by itself does not count: an address, a cookie', async () => {
    const key = known['mbt-page-key'];
    const { cookie } = known;
    expect((await ask('GET', `/v1/groups?mbt-page-key=${key}`, { cookie })).status).toBe(401);
    expect((await ask('GET', '/v1/groups', { cookie: `${cookie}; mbt-page-key=${key}` })).status).toBe(401);
  });
});

describe('a list of browsers', () => {
  const file = (): string => join(stage.dataDir, 'web-sessions.json');

  test.each<[string, (session: Record<string, unknown>) => unknown]>([
    ['from before there were keys', (session) => ({ ...session, keyHash: undefined })],
    ['whose key is no hash', (session) => ({ ...session, keyHash: '00' })],
    ['whose key is of another kind', (session) => ({ ...session, keyHash: 7 })],
  ])('%s: they are let in anew', async (_, change) => {
    const fresh = await stage.known();
    await stage.stop();
    const { sessions } = JSON.parse(await readFile(file(), 'utf8')) as {
      sessions: [Record<string, unknown>];
    };
    const [first, ...rest] = sessions;
    await writeFile(file(), JSON.stringify({ sessions: [change(first), ...rest] }));
    await stage.start();
    for (const who of [known, { cookie: known.cookie }]) {
      const answer = await ask('GET', '/v1/groups', who);
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('`mbt web`');
    }
    expect((await ask('GET', '/v1/groups', fresh)).status).toBe(200);
    expect((await ask('GET', '/v1/groups', await stage.known())).status).toBe(200);
  });
});
