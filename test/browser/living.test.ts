import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededChance } from '../../src/base/index.ts';
import { NEWS_MS, fetchFile, gather, goTo, share, slowDown } from './gathering.ts';
import type { Person } from './person.ts';
import { noise } from './picture.ts';
import { BrowserStage, chromiumPath } from './stage.ts';

const GROUP = 'weather';
const MIB = 2 ** 20;

/** What happens to pages that stay open while the world around them changes. None is loaded anew. */
describe.skipIf(chromiumPath === undefined)('pages that stay open', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let adasPage: Page;
  let bobsPage: Page;
  const film = noise(9 * MIB, seededChance(11));

  beforeAll(async () => {
    stage = await BrowserStage.open(2);
    [ada, bob] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    await share(ada, GROUP, 'film.bin', film);
    adasPage = await ada.openPage();
    bobsPage = await bob.openPage();
    await bobsPage.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await bobsPage.evaluate('window.neverReloaded = true');
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('what one page does shows on another of the same person', async () => {
    await slowDown(bob, MIB / 2);
    await fetchFile(bob, GROUP, 'film.bin');
    const second = await bobsPage.context().newPage();
    await second.goto(new URL(bobsPage.url()).origin);
    await goTo(bobsPage, 'downloads');
    await second.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(second, 'downloads');
    await second.getByRole('button', { name: 'Pause film.bin' }).click();
    await bobsPage.getByRole('button', { name: 'Resume film.bin' }).click();
    await second.getByRole('button', { name: 'Pause film.bin' }).waitFor();
    await second.close();
  });

  test('a tracker dies: its state is told, and the download goes on to its end', async () => {
    await stage.trackers.stop(1);
    await goTo(bobsPage, 'settings', 'node');
    const rows = bobsPage.getByRole('listitem').filter({ hasText: /127\.0\.0\.1:\d+/ });
    await expect.poll(() => rows.count()).toBe(2);
    await expect
      .poll(async () => (await rows.allTextContents()).filter((text) => text.endsWith('connected')).length, {
        timeout: NEWS_MS,
      })
      .toBe(1);
    await slowDown(bob, undefined);
    await bobsPage.getByText('film.bin is here').first().waitFor({ timeout: NEWS_MS });
    expect(await readFile(join(bob.files, 'film.bin'))).toEqual(film);
    await stage.trackers.start(1);
    await expect
      .poll(async () => (await rows.allTextContents()).filter((text) => text.endsWith('connected')).length, {
        timeout: NEWS_MS,
      })
      .toBe(2);
  });

  test('the node is started anew: the page says so, and is right again by itself', async () => {
    await goTo(bobsPage, 'groups', GROUP);
    await bobsPage.getByRole('row', { name: /film\.bin/ }).waitFor();
    await bob.stopNode();
    await bobsPage.getByText('Connection to your node lost').waitFor({ timeout: NEWS_MS });
    await share(ada, GROUP, 'while away.txt', Buffer.from('news'));
    await bob.startNode();
    await bobsPage.getByText('Connection to your node lost').waitFor({ state: 'detached', timeout: NEWS_MS });
    await bobsPage.getByRole('row', { name: /while away\.txt/ }).waitFor({ timeout: NEWS_MS });
    expect(await bobsPage.evaluate('window.neverReloaded')).toBe(true);
  });

  test('who is removed sees it at once, and so does who removed them', async () => {
    await adasPage.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(adasPage, 'groups', GROUP, 'people');
    await adasPage.getByRole('button', { name: `Remove bob from ${GROUP}` }).click();
    await adasPage.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await adasPage.getByText(`bob is out of ${GROUP}`).waitFor();
    await expect
      .poll(() => adasPage.getByRole('button', { name: `Remove bob from ${GROUP}` }).count())
      .toBe(0);
    await bobsPage.getByText(`Removed from ${GROUP}`).first().waitFor({ timeout: NEWS_MS });
    await expect
      .poll(() => bobsPage.getByRole('row', { name: /film\.bin/ }).count(), { timeout: NEWS_MS })
      .toBe(0);
    expect(await bobsPage.evaluate('window.neverReloaded')).toBe(true);
  });
});
