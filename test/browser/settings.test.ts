import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { NEWS_MS, gather, goTo } from './gathering.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const GROUP = 'settlers';
const SECTIONS = ['account', 'limits', 'folders', 'look', 'places', 'node', 'check', 'browser'];
const MIB = 2 ** 20;

describe.skipIf(chromiumPath === undefined)('what is set on the page holds in the node', () => {
  let stage: BrowserStage;
  let ada: Person;
  let page: Page;

  beforeAll(async () => {
    stage = await BrowserStage.open(1);
    [ada] = (await gather(stage, GROUP, ['ada'])) as [Person];
    page = await ada.openPage({ width: 390, height: 844 });
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('hours of other speeds are added and removed', async () => {
    const node = await ada.node();
    await goTo(page, 'settings', 'limits');
    await page.getByRole('button', { name: 'Add hours' }).click();
    await page.getByRole('checkbox', { name: 'Friday' }).press('Space');
    const form = page.locator('.rule-form');
    await form.getByLabel('From').fill('22:00');
    await form.getByLabel('To').fill('06:00');
    await form.getByLabel('Down', { exact: true }).fill('2');
    expect(await accessibilityFaults(page)).toEqual([]);
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Monday to Thursday, 22:00 to 06:00 the next day').waitFor();
    const rule = { days: [1, 2, 3, 4], fromMinute: 1320, toMinute: 360, upLimit: null, downLimit: 2 * MIB };
    expect((await node.limits()).schedule).toEqual([rule]);
    await page.getByRole('button', { name: /^Remove the rule for Monday/ }).click();
    await expect.poll(async () => (await node.limits()).schedule).toEqual([]);
  });

  test('a folder is chosen, watched, and watched no longer', async () => {
    const node = await ada.node();
    const folder = join(ada.files, 'results');
    await mkdir(folder);
    await goTo(page, 'settings', 'folders');
    await page.getByRole('button', { name: 'Watch a folder' }).click();
    await page.getByRole('button', { name: 'Choose…' }).click();
    await page.getByRole('button', { name: ada.files }).click();
    await page.getByRole('button', { name: 'results' }).click();
    await page.getByRole('button', { name: 'Choose', exact: true }).click();
    await page.getByLabel('Group', { exact: true }).selectOption(GROUP);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.getByRole('listitem').filter({ hasText: folder }).waitFor();
    expect((await node.listFolders()).watches).toMatchObject([{ path: folder, group: GROUP }]);
    await page.getByRole('button', { name: `Stop watching ${folder}` }).click();
    await page.getByRole('button', { name: 'Watch no longer' }).click();
    await expect.poll(async () => (await node.listFolders()).watches).toEqual([]);
  });

  test('an invitation is made, shown as link and code, and withdrawn', async () => {
    const node = await ada.node();
    await goTo(page, 'groups', GROUP, 'people');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await page.getByLabel('How many people').fill('3');
    await page.getByLabel('Let them in without asking me').check();
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    const [made] = await node.listInvitations(GROUP);
    expect(made).toMatchObject({ uses: 3, used: 0, auto: true, state: 'open' });
    expect(await page.getByLabel('Invitation link').first().textContent()).toBe(made?.link);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('0 of 3 used, accepted by itself').waitFor();
    await page.getByRole('button', { name: /^Withdraw the invitation/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw', exact: true }).click();
    await page.getByText('withdrawn', { exact: true }).waitFor();
    expect((await node.listInvitations(GROUP))[0]?.state).toBe('withdrawn');
  });

  test.each(SECTIONS)('section %s: nothing in the way of anybody', async (section) => {
    await goTo(page, 'settings', section);
    await page.locator('.settings-body h2').waitFor();
    if (section === 'check') {
      await page.getByRole('button', { name: 'Look for problems' }).click();
      await page.getByText(/tracker answers/).waitFor({ timeout: NEWS_MS });
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(over, 'px beyond the window').toBeLessThanOrEqual(0);
  });

  test('a browser that is forgotten gets nothing more', async () => {
    const key = await page.evaluate<string>("localStorage.getItem('mbt-page-key')");
    const status = `fetch('/v1/account', { headers: { 'mbt-page-key': '${key}' } }).then((got) => got.status)`;
    expect(await page.evaluate(status)).toBe(200);
    await goTo(page, 'settings', 'browser');
    await page.getByRole('button', { name: 'Forget this browser' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.locator('.settings').waitFor({ state: 'detached' });
    expect(await page.evaluate(status)).toBe(401);
    expect(await page.evaluate("localStorage.getItem('mbt-page-key')")).toBeNull();
  });
});
