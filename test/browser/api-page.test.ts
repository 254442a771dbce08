import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';
import { BROWSER_ARGUMENTS, chromiumPath } from '../../scripts/chromium.mjs';

const BUILT = fileURLToPath(new URL('../../dist/web', import.meta.url));

describe.skipIf(chromiumPath === undefined)('the page to try the API', () => {
  let stage: LocalStage;
  let browser: Browser;
  beforeAll(async () => {
    const row = { group: 'film-club', owner: 'ada', members: 1, you: 'owner' as const };
    stage = await LocalStage.open(fakeHost({ listGroups: async () => [row] }), { pageDir: BUILT });
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: BROWSER_ARGUMENTS });
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  test('shows every call, makes one, and asks nobody outside', async () => {
    const context = await browser.newContext();
    const key = await letIn(context);
    const page = await context.newPage();
    const faults: string[] = [];
    const asked = new Set<string>();
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on(
      'request',
      (request) => request.url().startsWith('http') && asked.add(new URL(request.url()).origin),
    );
    await page.goto(`${stage.server.web}/api/`);
    const call = page.locator('#operations-groups-listGroups');
    await call.locator('.opblock-summary-control').click();
    await call.locator('.try-out__btn').click();
    await call.locator('.execute').click();
    await call.locator('.live-responses-table').getByText('film-club').first().waitFor();
    expect(await page.locator('.opblock').count()).toBeGreaterThan(60);
    expect(faults).toEqual([]);
    expect([...asked]).toEqual([stage.server.web]);
    expect(await call.innerText()).toContain('curl');
    expect(await page.content()).not.toContain(key);
    await context.close();
  });

  test('says how to be let in, where the browser has lost the key', async () => {
    const context = await browser.newContext();
    await letIn(context);
    const page = await context.newPage();
    await page.goto(`${stage.server.web}/api/`);
    await page.locator('.opblock').first().waitFor();
    await page.evaluate('localStorage.clear()');
    await page.reload();
    await page.getByText('`mbt web`').waitFor();
    expect(await page.locator('.opblock').count()).toBe(0);
    await context.close();
  });

  /** Opens a link as a user does; resolves to the key that the page was given. */
  async function letIn(context: BrowserContext): Promise<string> {
    const page = await context.newPage();
    await page.goto(stage.server.webLink().link);
    const kept = (): Promise<string | null> => page.evaluate("localStorage.getItem('mbt-page-key')");
    await expect.poll(kept).toMatch(/^[\w-]{43}$/);
    const key = (await kept()) ?? '';
    await page.close();
    return key;
  }
});
