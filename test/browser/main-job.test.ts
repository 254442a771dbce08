import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAccount } from './opening.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

/** Two people who have never used it, from a link in a terminal to the same file on both disks. */
describe.skipIf(chromiumPath === undefined)('two people, by their pages alone', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let adasPage: Page;
  let bobsPage: Page;
  const bytes = Buffer.alloc(3_000_000, 'Straight from one to the other. ');

  beforeAll(async () => {
    stage = await BrowserStage.open();
    ada = await stage.person('ada');
    bob = await stage.person('bob');
    await writeFile(join(ada.files, 'field notes.txt'), bytes);
    adasPage = await ada.openPage();
    bobsPage = await bob.openPage();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('the token is gone from the address as soon as the page is there', async () => {
    await adasPage.getByRole('heading', { name: 'Welcome' }).waitFor();
    expect(new URL(adasPage.url()).hash).not.toContain('token');
  });

  test('an account is made, and its recovery code shown', async () => {
    const list = await stage.trackerList();
    const [code] = await Promise.all([
      openAccount(adasPage, 'ada', list),
      openAccount(bobsPage, 'bob', list),
    ]);
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{1,5})+$/);
  });

  test('a group is made, asked for by name, and let in by one click', async () => {
    await adasPage.getByRole('button', { name: 'New group' }).click();
    await adasPage.getByLabel('Name of the group').fill('friends');
    await adasPage.getByRole('button', { name: 'Create group' }).click();
    await adasPage.getByRole('heading', { name: 'friends', level: 1 }).waitFor();

    await bobsPage.getByRole('button', { name: 'Join a group' }).click();
    await bobsPage.getByLabel('Invitation link, or name of the group').fill('friends');
    await bobsPage.getByRole('dialog').getByRole('button', { name: 'Ask to join' }).click();
    const shown = await bobsPage.getByLabel('Code', { exact: true }).textContent();
    await bobsPage.getByRole('button', { name: 'Done' }).click();

    await adasPage.getByText('bob asks to join friends', { exact: true }).waitFor();
    expect(await adasPage.getByLabel('Code of bob').textContent()).toBe(shown);
    await adasPage.getByRole('button', { name: 'Accept bob' }).click();
    await bobsPage.getByText('You are in friends', { exact: true }).waitFor();
  });

  test('a file is shared by choosing it, and downloaded by one click', async () => {
    await adasPage.getByRole('navigation', { name: 'Parts of friends' }).getByText('Files').click();
    await adasPage.getByRole('button', { name: 'Share a file or folder' }).click();
    await adasPage.getByRole('button', { name: 'Choose…' }).click();
    await adasPage.getByRole('button', { name: ada.files }).click();
    await adasPage.getByRole('button', { name: 'field notes.txt' }).click();
    await adasPage.getByRole('dialog').getByRole('button', { name: 'Share', exact: true }).click();
    await adasPage.getByText('field notes.txt is shared in friends').waitFor();

    await bobsPage.goto(`${new URL(bobsPage.url()).origin}/#/groups/friends`);
    await bobsPage.getByRole('button', { name: 'Download field notes.txt' }).click();
    await bobsPage.getByText('field notes.txt is here').waitFor();
    expect((await readFile(join(bob.files, 'field notes.txt'))).equals(bytes)).toBe(true);
  });

  test('who has it is shown on both pages without reloading', async () => {
    const row = adasPage.getByRole('row', { name: /field notes\.txt/ });
    await row.getByText('ada, bob').waitFor();
    expect(await row.getByRole('gridcell').nth(2).textContent()).toMatch(/^2/);
    await bobsPage
      .getByRole('row', { name: /field notes\.txt/ })
      .getByText('you have it')
      .waitFor();
  });
});
