import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
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
    const page = await browser.newPage();
    const faults: string[] = [];
    const asked = new Set<string>();
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on(
      'request',
      (request) => request.url().startsWith('http') && asked.add(new URL(request.url()).origin),
    );
    const [name = '', value = ''] = (await stage.cookie()).split('=');
    await page.context().addCookies([{ name, value, url: stage.server.web ?? '' }]);
    await page.goto(`${stage.server.web}/api/`);
    const call = page.locator('#operations-groups-listGroups');
    await call.locator('.opblock-summary-control').click();
    await call.locator('.try-out__btn').click();
    await call.locator('.execute').click();
    await call.locator('.live-responses-table').getByText('film-club').first().waitFor();
    expect(await page.locator('.opblock').count()).toBeGreaterThan(60);
    expect(faults).toEqual([]);
    expect([...asked]).toEqual([stage.server.web]);
  });
});
