import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchFile, gather, goTo, NEWS_MS, share, slowDown } from './gathering.ts';
import type { Person } from './person.ts';
import { tone } from './sound.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const GROUP = 'listeners';
const SECONDS = 600;
const FILE = 'concert.wav';

describe.skipIf(chromiumPath === undefined)('a recording is played while it loads', () => {
  let stage: BrowserStage;
  let bob: Person;
  let page: Page;
  const audio = <T>(expression: string): Promise<T> =>
    page.evaluate<T>(`(() => { const it = document.querySelector('audio'); return ${expression}; })()`);

  beforeAll(async () => {
    stage = await BrowserStage.open();
    const [ada, other] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    bob = other;
    await share(ada, GROUP, FILE, tone(SECONDS));
    await slowDown(bob, 512 * 1024);
    await fetchFile(bob, GROUP, FILE);
    page = await bob.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(page, 'preview', GROUP, FILE);
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  const isLoading = async (): Promise<boolean> =>
    (await (await bob.node()).showDownloads()).some(({ state }) => state === 'D');

  test('from its beginning', async () => {
    await page.locator('audio').waitFor();
    await expect.poll(() => audio('it.duration'), { timeout: NEWS_MS }).toBeCloseTo(SECONDS, 0);
    await audio('(it.muted = true, void it.play())');
    await expect.poll(() => audio('it.currentTime'), { timeout: NEWS_MS }).toBeGreaterThan(0.5);
    expect(await isLoading()).toBe(true);
  });

  test('and from far behind what has come', async () => {
    await audio(`(it.currentTime = ${SECONDS - 60})`);
    await expect
      .poll(() => audio('it.seeking ? 0 : it.currentTime'), { timeout: NEWS_MS })
      .toBeGreaterThan(SECONDS - 59.5);
    expect(await isLoading()).toBe(true);
  });
});
