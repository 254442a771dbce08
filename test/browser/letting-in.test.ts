import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

/** As a browser does that was told to store nothing for pages. */
const KEEPS_NOTHING = `Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); },
});`;

describe.skipIf(chromiumPath === undefined)('a browser is let in', () => {
  let stage: BrowserStage;
  let ada: Person;
  let page: Page;

  beforeEach(async () => {
    stage = await BrowserStage.open(1);
    ada = await stage.person('ada');
    page = await ada.openPage();
    await shows(page, 'Welcome');
  });
  afterEach(async () => {
    expect(await stage.close()).toEqual([]);
  });

  const shows = (tab: Page, name: string): Promise<void> => tab.getByRole('heading', { name }).waitFor();
  const isShutOut = (tab: Page): Promise<void> => tab.getByText('mbt web', { exact: true }).waitFor();
  /** Another tab of the same browser, by a link of its own. */
  async function openByLink(): Promise<Page> {
    const tab = await page.context().newPage();
    await tab.goto((await (await ada.node()).webLink()).link);
    return tab;
  }

  test('with all its tabs, those that wait for a link, too', async () => {
    await page.evaluate('localStorage.clear()');
    await page.reload();
    await isShutOut(page);
    const second = await openByLink();
    await shows(second, 'Welcome');
    await shows(page, 'Welcome');
  });

  test('once more by another link: the tabs that are open go on', async () => {
    const second = await openByLink();
    await shows(second, 'Welcome');
    await page.getByLabel('Invitation link, or list of trackers').fill(await stage.trackerList());
    await page.getByRole('button', { name: 'Go on' }).click();
    for (const tab of [page, second]) await shows(tab, 'Log in');
  });

  test('though it keeps nothing: until the page is loaded anew, which says so', async () => {
    await page.context().addInitScript(KEEPS_NOTHING);
    const second = await openByLink();
    await shows(second, 'Welcome');
    await second.getByLabel('Invitation link, or list of trackers').fill(await stage.trackerList());
    await second.getByRole('button', { name: 'Go on' }).click();
    await shows(second, 'Log in');
    await second.reload();
    await isShutOut(second);
  });
});
