import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, goTo, share } from './gathering.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const BANNER = /Connection to your node lost/;

describe.skipIf(chromiumPath === undefined)('a page in trouble', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let page: Page;

  beforeAll(async () => {
    stage = await BrowserStage.open();
    [ada, bob] = (await gather(stage, 'lab', ['ada', 'bob'])) as [Person, Person];
    page = await bob.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('a tracker dies meanwhile: files come and are downloaded all the same', async () => {
    await goTo(page, 'groups', 'lab');
    await page.getByText('No files yet').waitFor();
    await stage.trackers.stop(1);
    await share(ada, 'lab', 'after the fall.bin', Buffer.alloc(2_000_000, 7));
    await page.getByRole('button', { name: 'Download after the fall.bin' }).click();
    await page.getByText('after the fall.bin is here').waitFor();
    await stage.trackers.start(1);
  });

  test('the node is stopped and started: the page says so, and everything is right again', async () => {
    await goTo(page, 'groups');
    await bob.stopNode();
    await page.getByText(BANNER).waitFor();
    // What is clicked meanwhile says what is wrong.
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByLabel('Name of the group').fill('later');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('dialog').getByText('The node does not answer', { exact: true }).waitFor();
    await (await ada.node()).createGroup('made-meanwhile');
    await bob.startNode();
    await page.getByText(BANNER).waitFor({ state: 'detached' });
    await page.getByRole('dialog').getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'later', level: 1 }).waitFor();
    await goTo(page, 'groups');
    await page.getByText('made-meanwhile').waitFor();
  });

  test('two tabs know the same, over one stream; the second goes on when the first is closed', async () => {
    const streams: string[] = [];
    const second = await page.context().newPage();
    second.on('request', (request) => {
      if (request.url().endsWith('/v1/events')) streams.push(request.url());
    });
    await second.goto(`${new URL(page.url()).origin}/#/groups`);
    await second.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    const node = await bob.node();
    await node.createGroup('seen-by-both');
    for (const tab of [page, second]) await tab.locator('main').getByText('seen-by-both').waitFor();
    expect(streams).toEqual([]);
    await page.close();
    await node.createGroup('seen-by-one');
    await second.locator('main').getByText('seen-by-one').waitFor();
    expect(streams).toHaveLength(1);
  });
});
