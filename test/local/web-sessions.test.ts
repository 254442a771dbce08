import { once } from 'node:events';
import { statSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Known, LocalStage } from '../support/local-stage.ts';

const stages: LocalStage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});
async function open(clock?: FakeClock, web: { port?: number } = {}): Promise<LocalStage> {
  const stage = await LocalStage.open(fakeHost({ listGroups: async () => [] }), { web }, clock);
  stages.push(stage);
  return stage;
}

const tokenOf = (stage: LocalStage): string => stage.server.webLink().link.split('#token=')[1] ?? '';
const exchange = (stage: LocalStage, token: unknown, headers: Record<string, string> = {}) =>
  stage.ask('/v1/web/session', {
    method: 'POST',
    headers: { ...stage.own, ...headers },
    body: JSON.stringify({ token }),
  });
const groups = async (stage: LocalStage, known: Known): Promise<number> =>
  (await stage.ask('/v1/groups', { headers: known })).status;

describe('a link', () => {
  test('has its token in the fragment, which no request carries, and opens the page once', async () => {
    const stage = await open();
    const url = new URL(stage.server.webLink().link);
    expect(`${url.protocol}//${url.host}${url.pathname}${url.search}`).toBe(`${stage.server.web}/`);
    const token = url.hash.replace('#token=', '');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const answer = await exchange(stage, token);
    expect(answer.status).toBe(200);
    const [cookie = ''] = [answer.headers['set-cookie']].flat();
    const port = stage.authority.split(':')[1];
    expect(cookie).toMatch(
      new RegExp(`^mbt-${port}=[\\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict$`),
    );
    const { key } = JSON.parse(answer.text) as { key: string };
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    expect(cookie).not.toContain(key);
    expect(await groups(stage, { cookie: cookie.split(';')[0] ?? '', 'mbt-page-key': key })).toBe(200);
    expect(await exchange(stage, token)).toMatchObject({ status: 401 });
  });

  test.each([
    ['missing', undefined, 400],
    ['of another kind', 7, 400],
    ['empty', '', 400],
    ['made up', 'A'.repeat(43), 401],
    ['longer than any', 'A'.repeat(5000), 413],
  ])('its token %s', async (_, token, status) => {
    const stage = await open();
    expect(await exchange(stage, token)).toMatchObject({ status });
  });

  test('opened on a page elsewhere, it is refused and stays good for its owner', async () => {
    const stage = await open();
    const token = tokenOf(stage);
    for (const origin of ['http://evil.example', 'http://127.0.0.1:9', 'null'])
      expect(await exchange(stage, token, { origin })).toMatchObject({ status: 403 });
    expect(await exchange(stage, token, { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await exchange(stage, token)).toMatchObject({ status: 200 });
  });

  test('is void after ten minutes', async () => {
    const clock = new FakeClock(1_000_000);
    const stage = await open(clock);
    const [early, late] = [tokenOf(stage), tokenOf(stage)];
    clock.advance(10 * 60_000 - 1);
    expect(await exchange(stage, early)).toMatchObject({ status: 200 });
    clock.advance(1);
    expect(await exchange(stage, late)).toMatchObject({ status: 401 });
  });

  test('wrong tokens are soon refused unlooked at; a right one still opens', async () => {
    const clock = new FakeClock(1_000_000);
    const stage = await open(clock);
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push((await exchange(stage, `${n}`.repeat(43).slice(0, 43))).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(await exchange(stage, tokenOf(stage))).toMatchObject({ status: 200 });
  });

  test('a wrong token does not lock out the browser that tries it', async () => {
    const stage = await open();
    const known = await stage.known();
    expect(await exchange(stage, 'A'.repeat(43), known)).toMatchObject({ status: 401 });
    expect(await groups(stage, known)).toBe(200);
  });
});

describe('a browser that was let in', () => {
  test('is known to a node that was started anew, by hashes alone', async () => {
    const stage = await open();
    const known = await stage.known();
    const { web } = stage.server;
    await stage.stop();
    const file = join(stage.dataDir, 'web-sessions.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const secret of [known.cookie.split('=')[1], known['mbt-page-key']])
      expect(readFileSync(file, 'utf8')).not.toContain(secret);
    await stage.start();
    expect(stage.server.web).toBe(web);
    expect(await groups(stage, known)).toBe(200);
  });

  test('is forgotten when it says so', async () => {
    const stage = await open();
    const [one, two] = [await stage.known(), await stage.known()];
    const headers = { ...stage.own, ...one };
    const events = await fetch(`${stage.server.web}/v1/events`, { headers: one });
    expect(events.status).toBe(200);
    const answer = await stage.ask('/v1/web/session/close', { method: 'POST', headers, body: '{}' });
    expect([answer.headers['set-cookie']].flat()[0]).toContain('Max-Age=0');
    // What it listened to has ended as well.
    await expect(events.text()).rejects.toThrow();
    expect(await groups(stage, one)).toBe(401);
    expect(await groups(stage, two)).toBe(200);
  });

  test('stays known for 30 days since it last came', async () => {
    const clock = new FakeClock(1_000_000);
    const stage = await open(clock);
    const known = await stage.known();
    clock.advance(29 * 86_400_000);
    const again = await stage.ask('/v1/groups', { headers: known });
    expect(again.status).toBe(200);
    expect([again.headers['set-cookie']].flat()[0]).toContain(`${known.cookie}; `);
    clock.advance(29 * 86_400_000);
    expect(await groups(stage, known)).toBe(200);
    clock.advance(31 * 86_400_000);
    expect(await groups(stage, known)).toBe(401);
  });

  test('is one of twenty: the one that came longest ago goes', async () => {
    const clock = new FakeClock(1_000_000);
    const stage = await open(clock);
    const browsers: Known[] = [];
    for (let n = 0; n < 21; n += 1) {
      browsers.push(await stage.known());
      clock.advance(1000);
    }
    const statuses = browsers.map((known) => groups(stage, known));
    expect(await Promise.all(statuses)).toEqual([401, ...Array<number>(20).fill(200)]);
  });
});

describe("the page's port", () => {
  test('is on 127.0.0.1 alone, and another free one where the last is taken', async () => {
    const one = await open();
    await expect(fetch(`http://[::1]:${one.authority.split(':')[1]}/`)).rejects.toThrow();
    const port = Number(one.authority.split(':')[1]);
    await expect(open(undefined, { port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await one.stop();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await one.start();
    other.close();
    expect(one.authority).not.toBe(`127.0.0.1:${port}`);
    expect(await groups(one, await one.known())).toBe(200);
  });

  test('none where none is wanted: no link either', async () => {
    const stage = await LocalStage.open(fakeHost(), { web: undefined } as never);
    stages.push(stage);
    expect(stage.server.web).toBeNull();
    await expect((await stage.remote()).webLink()).rejects.toMatchObject({ code: 'NOT_READY' });
    expect(await (await stage.remote()).nodeStatus()).toMatchObject({ web: null });
  });
});
