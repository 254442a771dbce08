import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, goTo } from './gathering.ts';
import { createAccount, openAccount } from './opening.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage, passwordOf } from './stage.ts';

describe.skipIf(chromiumPath === undefined)('an account, by the page', () => {
  let stage: BrowserStage;
  let ada: Person;
  let page: Page;
  let code: string;

  beforeAll(async () => {
    stage = await BrowserStage.open();
    ada = await stage.person('ada');
    page = await ada.openPage();
    code = await openAccount(page, 'ada', await stage.trackerList());
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  async function logIn(password: string): Promise<void> {
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  test('it stays when the node is started anew', async () => {
    await ada.stopNode();
    await ada.startNode();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await expect.poll(async () => (await (await ada.node()).nodeStatus()).user).toBe('ada');
  });

  test('logged out by another face, the page asks who is there; a wrong password is said in plain words', async () => {
    await (await ada.node()).logout();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await logIn('not this one');
    await page.getByText('Name or password is wrong').waitFor();
    await logIn(passwordOf('ada'));
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  test('a forgotten password is set anew by the recovery code, which is replaced', async () => {
    await (await ada.node()).logout();
    await page.getByRole('button', { name: 'Use the recovery code' }).click();
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Recovery code').fill(code);
    await page.getByLabel('New password').fill('quite another one');
    await page.getByRole('button', { name: 'Set password' }).click();
    const next = await page.getByLabel('Recovery code', { exact: true }).textContent();
    expect(next).not.toBe(code);
    await page.getByLabel('I have kept the code').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  test('a name that is taken is said so, and what was typed stays', async () => {
    await (await ada.node()).logout();
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('long enough for it');
    await page.getByLabel('Password once more').fill('long enough for it');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Somebody has this name already').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('ada');
  });
});

describe.skipIf(chromiumPath === undefined)('an invitation, opened on a fresh computer', () => {
  let stage: BrowserStage;

  beforeAll(async () => {
    stage = await BrowserStage.open();
  });
  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('leads through account and request to the group; it is good once', async () => {
    const [bob] = (await gather(stage, 'choir', ['bob'])) as [Person];
    const terms = { expiresInSeconds: 3_600, uses: 1, auto: true };
    const { link } = await (await bob.node()).invite('choir', terms);
    const page = await (await stage.person('eve')).openPage();
    await page.getByLabel('Invitation link, or list of trackers').fill(link);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The invitation is kept').waitFor();
    await page.reload();
    await page.getByText('The invitation is kept').waitFor();
    await createAccount(page, 'eve', 'choir');
    await page.getByText('You are in choir', { exact: true }).waitFor();
    await page.getByText('No files yet').waitFor();

    const late = await stage.user('late');
    const latesPage = await late.openPage();
    await latesPage.getByRole('button', { name: 'Join a group' }).click();
    await latesPage.getByLabel('Invitation link, or name of the group').fill(link);
    await latesPage.getByRole('dialog').getByRole('button', { name: 'Ask to join' }).click();
    await latesPage.getByRole('button', { name: 'Done' }).click();
    await latesPage.getByText('choir did not let you in', { exact: true }).waitFor();
    await goTo(latesPage, 'news');
    await latesPage
      .locator('main')
      .getByText(/used up/)
      .waitFor();
  });

  test('what is no invitation is said so', async () => {
    const page = await (await stage.person('mallory')).openPage();
    await page.getByLabel('Invitation link, or list of trackers').fill('hello there');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('This is no invitation. It looks like mbt://join/…').waitFor();
    await page.getByLabel('Invitation link, or list of trackers').fill('mbt://join/nonsense');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The invitation does not work').waitFor();
  });
});
