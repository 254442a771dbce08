import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, goTo, share, shareAt, slowDown } from './gathering.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const GROUP = 'lab';

describe.skipIf(chromiumPath === undefined)('downloads, by the page', () => {
  let stage: BrowserStage;
  let bob: Person;
  let page: Page;
  const wanted = Buffer.alloc(400_000, 'wanted ');

  beforeAll(async () => {
    stage = await BrowserStage.open();
    const [ada, second] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    bob = second;
    const album = join(ada.files, 'album');
    await mkdir(join(album, 'day 1'), { recursive: true });
    await writeFile(join(album, 'day 1', 'wanted.bin'), wanted);
    await writeFile(join(album, 'day 1', 'not this.bin'), Buffer.alloc(300_000, 1));
    await writeFile(join(album, 'nor this.bin'), Buffer.alloc(300_000, 2));
    await shareAt(ada, GROUP, album);
    await share(ada, GROUP, 'long.bin', Buffer.alloc(12_000_000, 3));
    page = await bob.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(page, 'groups', GROUP);
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  const isThere = (...parts: string[]): Promise<boolean> =>
    access(join(bob.files, ...parts)).then(
      () => true,
      () => false,
    );
  const card = (file: string) => page.getByRole('listitem').filter({ hasText: file });
  const choose = async (file: string, item: string): Promise<void> => {
    await page.getByRole('button', { name: `More for ${file}` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  test('of a folder only what was ticked comes', async () => {
    await choose('album', 'Choose files of it…');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'None', exact: true }).click();
    await dialog.getByRole('checkbox', { name: /^wanted\.bin/ }).check();
    await dialog.getByText('1 file of 3').waitFor();
    // Its folder is neither ticked nor not.
    await expect
      .poll(() => page.evaluate('document.querySelectorAll("dialog input:indeterminate").length'))
      .toBe(1);
    await dialog.getByRole('button', { name: 'Download these' }).click();
    await dialog.waitFor({ state: 'detached' });
    await goTo(page, 'downloads');
    await page.getByRole('heading', { name: 'Complete' }).waitFor();
    await card('album').getByText('1 of 3 files').waitFor();
    expect((await readFile(join(bob.files, 'album', 'day 1', 'wanted.bin'))).equals(wanted)).toBe(true);
    expect([await isThere('album', 'nor this.bin'), await isThere('album', 'day 1', 'not this.bin')]).toEqual(
      [false, false],
    );
  });

  test('one is paused, preferred, resumed and given up; what there is of it is gone then', async () => {
    await slowDown(bob, 100_000);
    await goTo(page, 'groups', GROUP);
    await page.getByRole('button', { name: 'Download long.bin' }).click();
    await goTo(page, 'downloads');
    await card('long.bin').getByText('1 peer').waitFor();
    await page.getByRole('button', { name: 'Pause long.bin' }).click();
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    await choose('long.bin', 'Prefer it to others');
    await card('long.bin').getByText('high').waitFor();
    await page.getByRole('button', { name: 'Resume long.bin' }).click();
    await page.getByRole('heading', { name: 'Under way' }).waitFor();
    await choose('long.bin', 'Give up…');
    await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click();
    await page.getByText('long.bin was given up').waitFor();
    await card('long.bin').waitFor({ state: 'detached' });
    await expect.poll(() => isThere('long.bin')).toBe(false);
  });

  test('a complete one is taken off the list, and its files stay', async () => {
    await choose('album', 'Take off the list');
    await page.getByText('album is off the list; the file stays where it is').waitFor();
    expect(await isThere('album', 'day 1', 'wanted.bin')).toBe(true);
  });
});
