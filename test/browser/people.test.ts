import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, goTo } from './gathering.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

describe.skipIf(chromiumPath === undefined)('who is in, by the page', () => {
  let stage: BrowserStage;
  let bob: Person;
  let adasPage: Page;
  let bobsPage: Page;

  beforeAll(async () => {
    stage = await BrowserStage.open();
    const [ada, second] = (await gather(stage, 'lab', ['ada', 'bob'])) as [Person, Person];
    bob = second;
    adasPage = await ada.openPage();
    bobsPage = await bob.openPage();
    await adasPage.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(adasPage, 'groups', 'lab', 'people');
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('a request is told by a badge and by the title, and rejected by one click', async () => {
    const eve = await stage.user('eve');
    await (await eve.node()).joinGroup('lab');
    await adasPage
      .getByRole('link', { name: /^Groups/ })
      .getByText('1 person asks to join')
      .waitFor({ state: 'attached' });
    await expect.poll(() => adasPage.title()).toMatch(/^\(1\) lab/);
    await adasPage.getByRole('button', { name: 'Reject eve' }).click();
    await adasPage.getByText('Nobody at the moment.').waitFor();
    const evesPage = await eve.openPage();
    await goTo(evesPage, 'news');
    await evesPage.getByText('lab did not let you in').first().waitFor();
  });

  test('a member who is online has a dot that says so', async () => {
    await adasPage.getByRole('listitem').filter({ hasText: 'bob' }).getByText('online').waitFor();
  });

  test('nothing happens to a member before the question is answered', async () => {
    await adasPage.getByRole('button', { name: 'Remove bob from lab' }).click();
    await adasPage.getByRole('button', { name: 'Keep as it is' }).click();
    expect(await adasPage.getByRole('button', { name: 'Remove bob from lab' }).count()).toBe(1);
  });

  test('a removed member is told, and the group is gone from their page', async () => {
    await bobsPage.getByRole('link', { name: 'lab', exact: true }).waitFor();
    await adasPage.getByRole('button', { name: 'Remove bob from lab' }).click();
    await adasPage.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await bobsPage.getByText('Removed from lab').waitFor();
    await bobsPage.getByRole('link', { name: 'lab', exact: true }).waitFor({ state: 'detached' });
    await adasPage.getByRole('button', { name: 'Remove bob from lab' }).waitFor({ state: 'detached' });
    expect((await (await bob.node()).listGroups()).find((row) => row.group === 'lab')?.you).toBe('-');
  });
});
