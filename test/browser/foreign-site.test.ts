import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';
import { BROWSER_ARGUMENTS, chromiumPath } from '../../scripts/chromium.mjs';

/** Tries all that a page can do to another one; resolves to what it could read. */
const ATTACK = `
async function attack(target) {
  const seen = [];
  const note = (what, wait) => wait.then((value) => seen.push(what + ': ' + value), () => undefined);
  const get = (path, more) =>
    fetch(target + path, { credentials: 'include', ...more }).then((answer) => answer.text());
  const post = { method: 'POST', body: '{"group":"theirs"}' };
  await note('read', get('/v1/groups', {}));
  for (const type of ['application/json', 'text/plain'])
    await note(type, get('/v1/groups/create', { ...post, headers: { 'content-type': type } }));
  await get('/v1/groups/create', { ...post, mode: 'no-cors' }).catch(() => undefined);
  await get('/v1/groups', { mode: 'no-cors' }).catch(() => undefined);
  const loaded = (tag, more) => new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(tag), more);
    made.addEventListener('load', () => resolve(made));
    made.addEventListener('error', () => reject(new Error('refused')));
    document.body.append(made);
  });
  await note('script', loaded('script', { src: target + '/v1/groups' }));
  await note('picture', loaded('img', { src: target + '/v1/groups' }));
  const events = new EventSource(target + '/v1/events', { withCredentials: true });
  await note('events', new Promise((resolve, reject) => {
    events.addEventListener('open', () => resolve('open'));
    events.addEventListener('error', () => reject(new Error('refused')));
  }));
  events.close();
  const frame = await loaded('iframe', { name: 'sent', src: 'about:blank' });
  const form = document.createElement('form');
  Object.assign(form, { action: target + '/v1/groups/create', method: 'post', enctype: 'text/plain', target: 'sent' });
  form.innerHTML = '<input name=\\'{"group":"theirs","x":"\\' value=\\'"}\\'>';
  document.body.append(form);
  const sent = new Promise((resolve) => frame.addEventListener('load', resolve));
  form.submit();
  await sent;
  const framed = await loaded('iframe', { src: target + '/' });
  if (framed.contentDocument) seen.push('frame: ' + framed.contentDocument.title);
  return seen;
}`;

/** As the page itself asks. */
const OWN = `
fetch('/v1/groups', { headers: { 'mbt-page-key': localStorage.getItem('mbt-page-key') } }).then((got) => got.text())`;

describe.skipIf(chromiumPath === undefined)("another site's page in a browser that knows the node", () => {
  let stage: LocalStage;
  let browser: Browser;
  let context: BrowserContext;
  let foreign: Server;
  let foreignPort: number;
  let origin: string;
  /** Cookies that browsers brought to the other site. */
  const collected: string[] = [];

  beforeAll(async () => {
    stage = await LocalStage.open(
      fakeHost({ listGroups: async () => [], createGroup: async () => undefined }),
    );
    origin = stage.server.web ?? '';
    await mkdir(join(stage.folder, 'page'));
    await writeFile(
      join(stage.folder, 'page', 'index.html'),
      '<!doctype html><title>ours</title><p>ours</p>',
    );
    foreign = createServer((request, response) => {
      collected.push(request.headers.cookie ?? '');
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>theirs</title><body><script>${ATTACK}</script></body>`);
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    foreignPort = (foreign.address() as AddressInfo).port;
    const rebound = '--host-resolver-rules=MAP evil.example 127.0.0.1';
    const args = [...BROWSER_ARGUMENTS, rebound];
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args });
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => foreign.close(resolve));
    await stage.close();
  });

  /** A browser whose own page works. */
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    const token = stage.server.webLink().link.split('#token=')[1] ?? '';
    expect(await exchange(page, origin, token)).toBe('200');
    expect(await page.evaluate(OWN)).toBe('[]\n');
    stage.host.fake.asked.length = 0;
    collected.length = 0;
  });

  /** What comes of taking the token to the page at `to`; the page keeps its key as ours does. */
  async function exchange(page: Page, to: string, token: string): Promise<string> {
    const { status, key } = await page.evaluate(
      async ([url, body]) => {
        const headers = { 'content-type': 'application/json' };
        const options = { method: 'POST', credentials: 'include', headers, body } as const;
        return fetch(`${url}/v1/web/session`, options).then(
          async (answer) => {
            const { key } = (await answer.json()) as { key?: string };
            return { status: String(answer.status), key };
          },
          () => ({ status: 'refused', key: undefined }),
        );
      },
      [to, JSON.stringify({ token })] as const,
    );
    if (key !== undefined) await page.evaluate(`localStorage.setItem('mbt-page-key', '${key}')`);
    return status;
  }

  const attack = (page: Page): Promise<string[]> => page.evaluate(`attack(${JSON.stringify(origin)})`);

  test.each(['127.0.0.1', 'localhost', 'evil.example'])(
    'at another port of %s reads, writes and hears nothing',
    async (name) => {
      const page = await context.newPage();
      await page.goto(`http://${name}:${foreignPort}/`);
      expect(await attack(page)).toEqual([]);
      expect(stage.host.fake.asked).toEqual([]);
    },
  );

  test('at another port is brought the cookie, and can do nothing with it', async () => {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${foreignPort}/`);
    const [cookie = ''] = collected;
    expect(cookie).toMatch(/^mbt-\d+=[\w-]{43}$/);
    expect(await page.evaluate("localStorage.getItem('mbt-page-key')")).toBeNull();
    // Nothing keeps a program from saying that it is the page.
    const headers = { ...stage.own, cookie };
    for (const path of ['/v1/groups', '/v1/events', '/v1/account', '/v1/places', '/openapi.json'])
      expect((await stage.ask(path, { headers })).status).toBe(401);
    const group = { method: 'POST', headers, body: '{"group":"theirs"}' };
    expect((await stage.ask('/v1/groups/create', group)).status).toBe(401);
    expect(stage.host.fake.asked).toEqual([]);
  });

  test('with a link that it got hold of does not open the page', async () => {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${foreignPort}/`);
    const token = stage.server.webLink().link.split('#token=')[1] ?? '';
    expect(await exchange(page, origin, token)).toBe('refused');
    const own = await context.newPage();
    await own.goto(`${origin}/`);
    expect(await exchange(own, origin, token)).toBe('200');
    expect(await exchange(own, origin, token)).toBe('401');
  });

  test('under a name that was pointed at the page (DNS rebinding) gets nothing of it', async () => {
    const page = await context.newPage();
    const port = stage.authority.split(':')[1];
    for (const name of ['evil.example', 'localhost']) {
      const answer = await page.goto(`http://${name}:${port}/`);
      expect(answer?.status()).toBe(403);
      const status = await page.evaluate(() =>
        fetch('/v1/groups').then(
          (got) => got.status,
          () => 'refused',
        ),
      );
      expect(['refused', 403]).toContain(status);
    }
    expect(stage.host.fake.asked).toEqual([]);
  });

  test('that opens the page in a window can not look into it', async () => {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${foreignPort}/`);
    const opened = context.waitForEvent('page');
    await page.evaluate(`void (theirs = window.open('${origin}/'))`);
    await (await opened).waitForURL(`${origin}/**`);
    await expect.poll(() => page.evaluate('theirs.closed')).toBe(true);
  });
});
