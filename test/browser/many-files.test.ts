import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';
import { accessibilityFaults } from './accessibility.ts';
import { BROWSER_ARGUMENTS, chromiumPath } from '../../scripts/chromium.mjs';

const COUNT = 5_000;
const nameOf = (at: number): string => `recording ${String(at + 1).padStart(4, '0')}.wav`;
const files = Array.from({ length: COUNT }, (_, at) => ({
  file: nameOf(at),
  size: (COUNT - at) * 1_000,
  files: 1,
  seeds: at % 5,
  leechers: 0,
  content: at.toString(16).padStart(8, '0'),
  sharers: ['bob'],
}));

/** The page over an invented node: it is about the page alone. */
describe.skipIf(chromiumPath === undefined)(`a group with ${COUNT} files`, () => {
  let stage: LocalStage;
  let browser: Browser;
  let page: Page;
  const host = fakeHost({
    whoami: async () => ({ user: 'ada', userId: 'aa', code: 'ABCDE-FGHIJ', trackers: 1 }),
    listGroups: async () => [{ group: 'lab', owner: 'bob', members: 2, you: 'member' as const }],
    listFiles: async () => files,
  });

  beforeAll(async () => {
    const pageDir = join(import.meta.dirname, '../../dist/web');
    stage = await LocalStage.open(host, { pageDir });
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: BROWSER_ARGUMENTS });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(stage.server.webLink().link);
    await page.getByRole('link', { name: 'lab', exact: true }).click();
    await page.getByText(nameOf(0), { exact: true }).waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  const rows = () => page.getByRole('row');

  test('only the rows in sight exist, and the grid tells how many there are', async () => {
    expect(await rows().count()).toBeLessThan(60);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
  });

  test('scrolled to the end, the last are there', async () => {
    await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByText(nameOf(COUNT - 1), { exact: true }).waitFor();
    expect(await rows().count()).toBeLessThan(60);
    expect(await page.getByRole('row', { name: nameOf(COUNT - 1) }).getAttribute('aria-rowindex')).toBe(
      String(COUNT + 1),
    );
  });

  test('the keyboard walks it: End, Home, arrows, and Tab into a row', async () => {
    await page.evaluate('window.scrollTo(0, 0)');
    await page.getByRole('row', { name: nameOf(0) }).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: nameOf(COUNT - 1) }).waitFor();
    const focusedRow = () => page.evaluate('document.activeElement.getAttribute("aria-rowindex")');
    await expect.poll(focusedRow).toBe(String(COUNT + 1));
    await page.keyboard.press('ArrowUp');
    await expect.poll(focusedRow).toBe(String(COUNT));
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
    await expect.poll(focused).toBe(`Download ${nameOf(COUNT - 2)}`);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Home');
    await page.getByText(nameOf(0), { exact: true }).waitFor();
  });

  test('found by words, sorted by size', async () => {
    await page.getByLabel('Find a file').fill('0042 rec');
    await page.getByText(`1 of ${COUNT.toLocaleString('en')} files`).waitFor();
    expect(await rows().count()).toBe(2);
    await page.getByLabel('Find a file').fill('');
    await page.getByLabel('Order').selectOption('Smallest first');
    await page.getByText(nameOf(COUNT - 1), { exact: true }).waitFor();
  });

  test('nothing in the way of anybody', async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
