import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededChance } from '../../src/base/index.ts';
import { accessibilityFaults } from './accessibility.ts';
import { NEWS_MS, fetchFile, gather, goTo, share, shareAt, slowDown } from './gathering.ts';
import type { Person } from './person.ts';
import { noise, noisyPng } from './picture.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const MIB = 2 ** 20;
/** So slow that what is watched is under way for longer than the looking takes. */
const SLOW = MIB / 4;
const GROUP = 'watchers';

/** The part of the map's canvas that has the colour of pieces that are here. */
const HELD_SHARE = `(() => {
  const canvas = document.querySelector('.piece-map canvas');
  const probe = document.createElement('i');
  canvas.parentElement.append(probe);
  probe.style.color = 'var(--piece-12)';
  const [red, green, blue] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let held = 0;
  let drawn = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    drawn += 1;
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) held += 1;
  }
  return held / drawn;
})()`;

/** One person looks at what comes slowly from the other. */
describe.skipIf(chromiumPath === undefined)('a download is watched', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let page: Page;
  const chance = seededChance(7);
  const film = noise(12 * MIB, chance);

  beforeAll(async () => {
    stage = await BrowserStage.open();
    [ada, bob] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    await share(ada, GROUP, 'film.bin', film);
    await slowDown(bob, SLOW);
    page = await bob.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  const words = async (): Promise<string> => (await page.locator('.piece-map-words').textContent()) ?? '';
  const held = async (): Promise<number> =>
    Number(/^(?:All )?([\d,]+)/.exec(await words())?.[1]?.replace(',', ''));

  test('the map fills as pieces come, in words and in colour', async () => {
    await fetchFile(bob, GROUP, 'film.bin');
    await goTo(page, 'transfer', GROUP, 'film.bin');
    await expect.poll(words, { timeout: NEWS_MS }).toMatch(/^[\d,]+ of [\d,]+ pieces/);
    const [before, shareBefore] = [await held(), await page.evaluate<number>(HELD_SHARE)];
    await expect.poll(held, { timeout: NEWS_MS }).toBeGreaterThan(before);
    await expect
      .poll(() => page.evaluate<number>(HELD_SHARE), { timeout: NEWS_MS })
      .toBeGreaterThan(shareBefore);
    expect(await words()).toMatch(/under way/);
  });

  test('who gives is drawn and listed, with the speed', async () => {
    const row = page.getByRole('region', { name: 'Peers' }).getByRole('row', { name: /ada/ });
    await row.getByText(/[KM]iB\/s/).waitFor();
    await page.locator('.swarm-in').first().waitFor();
    expect(await page.locator('.swarm-name').first().textContent()).toContain('ada');
    const speed = page.locator('.speed-chart');
    await expect.poll(() => speed.getAttribute('aria-label')).toMatch(/^Now [\d.]+ [KM]iB\/s down/);
    await page.locator('.speed-chart canvas').waitFor();
  });

  test('its own speed is set on the spot', async () => {
    await page.getByLabel('Down', { exact: true }).fill('3,5');
    await page.getByRole('button', { name: 'Set limits' }).click();
    await page.getByText('Speed limits are set').waitFor();
    const { rows } = await (await bob.node()).limits();
    expect(rows.find((row) => row.file === 'film.bin')?.downLimit).toBe(3.5 * MIB);
  });

  test('nothing is wrong with it for those who do not see it', async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('it ends whole, without a reload', async () => {
    await slowDown(bob, undefined);
    await expect.poll(words, { timeout: NEWS_MS }).toMatch(/^All [\d,]+ pieces$/);
    await page.getByText('Complete', { exact: true }).waitFor();
    await expect.poll(() => page.evaluate<number>(HELD_SHARE)).toBe(1);
  });

  test('a picture and a text of a folder are seen long before the folder is here', async () => {
    const folder = join(ada.files, 'holiday');
    await mkdir(folder);
    await writeFile(join(folder, 'aaa first.bin'), noise(12 * MIB, chance));
    await writeFile(join(folder, 'photo.png'), noisyPng(300, 200, chance));
    const bold = '<b onclick="alert(1)">no markup</b> \u00e9\n';
    await writeFile(
      join(folder, 'words.txt'),
      Buffer.concat([Buffer.from([0xff, 0x41]), Buffer.from(bold.repeat(8_000))]),
    );
    await shareAt(ada, GROUP, folder);
    await slowDown(bob, SLOW);
    await fetchFile(bob, GROUP, 'holiday');
    await goTo(page, 'preview', GROUP, 'holiday');
    await page.getByRole('link', { name: 'photo.png' }).click();
    await expect
      .poll(() => page.evaluate("document.querySelector('.preview-stage img')?.naturalWidth"), {
        timeout: NEWS_MS,
      })
      .toBe(300);
    await goTo(page, 'preview', GROUP, 'holiday', 'words.txt');
    const text = page.getByRole('region', { name: 'Beginning of words.txt' });
    await expect.poll(() => text.textContent(), { timeout: NEWS_MS }).toContain(bold.repeat(100));
    expect(await text.locator('b').count()).toBe(0);
    await page.getByText('This is the beginning: 256 KiB of').waitFor();
    const row = (await (await bob.node()).showDownloads()).find(({ file }) => file === 'holiday');
    expect(row?.state).toBe('D');
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
