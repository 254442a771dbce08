import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/session-stage.ts';
import { accessibilityFaults } from './accessibility.ts';
import type { Person } from './person.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const PHONE = { width: 390, height: 844 };
const TOO_WIDE = 'document.documentElement.scrollWidth - window.innerWidth';
const WIDE = { width: 1280, height: 900 };
/** Shown as text wherever it stands; as markup it would do something. */
const MARKUP = '<img src=x onerror=alert(1)><b>bold.txt';

/** A place of the page, and what is there when it is ready to be judged. */
const VIEWS = [
  { view: 'groups', path: 'groups', ready: 'Other groups' },
  { view: 'files', path: 'groups/lab', ready: MARKUP },
  { view: 'people', path: 'groups/lab/people', ready: 'Accept bob' },
  { view: 'a group that was asked for', path: 'groups/choir', ready: 'Waiting for bob' },
  { view: 'a group that is none', path: 'groups/nowhere', ready: 'There is no group nowhere' },
  { view: 'downloads', path: 'downloads', ready: 'Complete' },
  { view: 'news', path: 'news', ready: 'News' },
  { view: 'settings', path: 'settings', ready: 'Settings' },
  { view: 'details of a share', path: 'transfer/lab/photos', ready: 'photos' },
  { view: 'details of a download', path: 'transfer/club/talk.txt', ready: 'talk.txt' },
];

const DIALOGS: readonly { dialog: string; path: string; open: (page: Page) => Promise<void> }[] = [
  { dialog: 'new group', path: 'groups', open: (page) => press(page, 'New group') },
  { dialog: 'join a group', path: 'groups', open: (page) => press(page, 'Join a group') },
  { dialog: 'share', path: 'groups/lab', open: (page) => press(page, 'Share') },
  {
    dialog: 'places',
    path: 'groups/lab',
    open: async (page) => {
      await press(page, 'Share');
      await press(page, 'Choose…');
      await page.getByRole('list', { name: 'Places' }).waitFor();
    },
  },
  { dialog: 'removal', path: 'groups/lab/people', open: (page) => press(page, 'Remove carol from lab') },
  { dialog: 'more for a file', path: 'groups/lab', open: (page) => press(page, 'More for photos') },
];

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

describe.skipIf(chromiumPath === undefined)('each view', () => {
  let stage: BrowserStage;
  let ada: Person;
  let page: Page;

  beforeAll(async () => {
    stage = await BrowserStage.open(1);
    ada = await stage.user('ada');
    const bob = await stage.user('bob');
    const carol = await stage.user('carol');
    await furnish(ada, bob, carol);
    page = await ada.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  async function show(path: string): Promise<void> {
    await page.goto(`${new URL(page.url()).origin}/#/${path}`);
  }

  describe.each([
    { size: 'wide', viewport: WIDE },
    { size: 'phone', viewport: PHONE },
  ])('$size', ({ viewport }) => {
    beforeAll(() => page.setViewportSize(viewport));

    test.each(VIEWS)('$view: nothing in the way of anybody', async ({ path, ready }) => {
      await show(path);
      await page.getByText(ready).or(page.getByLabel(ready)).first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await page.evaluate(TOO_WIDE), 'px beyond the window').toBeLessThanOrEqual(0);
    });

    test.each(DIALOGS)('dialog $dialog: nothing in the way of anybody', async ({ path, open }) => {
      await show(path);
      await open(page);
      await page.getByRole('dialog').or(page.getByRole('menu')).first().waitFor();
      const faults = await accessibilityFaults(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(faults).toEqual([]);
    });
  });

  test('a dialog begins with what is in it, not with its cross; the focus comes back', async () => {
    await show('groups/lab');
    await press(page, 'Share');
    await page.getByRole('dialog').waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent');
    await expect.poll(focused).toBe('Choose…');
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Share');
  });

  test('beside the way around, the name of a file has room', async () => {
    await page.setViewportSize({ width: 900, height: 800 });
    await show('groups/lab');
    await page.getByText(MARKUP, { exact: true }).first().waitFor();
    const names = '[...document.querySelectorAll(".cell-name .ellipsis")]';
    const cut = `${names}.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent)`;
    await expect.poll(() => page.evaluate(cut), { message: 'names that are cut off' }).toEqual([]);
  });

  test('a name with markup in it is text', async () => {
    await show('groups/lab');
    await page.getByText(MARKUP, { exact: true }).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
  });
});

describe.skipIf(chromiumPath === undefined)('before somebody is logged in', () => {
  let stage: BrowserStage;

  beforeAll(async () => {
    stage = await BrowserStage.open(1);
  });
  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('setting up, logging in, an account, recovery: nothing in the way of anybody', async () => {
    const page = await (await stage.person('ada')).openPage(PHONE);
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await expect.poll(() => page.title()).toBe('Welcome · Mini-BitTorrent');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Invitation link, or list of trackers').fill(await stage.trackerList());
    await press(page, 'Go on');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await press(page, 'Use the recovery code');
    expect(await accessibilityFaults(page)).toEqual([]);
    await press(page, 'Back');
    await press(page, 'Create an account');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test.each([
    ['its cookie', 'eve', (page: Page) => page.context().clearCookies()],
    ['what it kept for the page', 'fay', (page: Page) => page.evaluate('localStorage.clear()')],
  ])('a browser that lost %s: the page says how to get a link, and shows nothing else', async (...given) => {
    const [, name, lose] = given;
    const person = await stage.user(name);
    const page = await person.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await lose(page);
    await page.reload();
    await page.getByText('mbt web').waitFor();
    expect(await page.getByRole('heading', { name: 'Groups' }).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

/** One of each: an own group with files, members and requests, one asked for, one of somebody else, a download. */
async function furnish(ada: Person, bob: Person, carol: Person): Promise<void> {
  const [adas, bobs, carols] = await Promise.all([ada.node(), bob.node(), carol.node()]);
  await adas.createGroup('lab');
  await bobs.createGroup('choir');
  await bobs.createGroup('club');
  await carols.createGroup('studio');
  await carols.joinGroup('lab');
  await adas.acceptRequest('lab', 'carol');
  await bobs.joinGroup('lab');
  await adas.joinGroup('choir');
  await adas.joinGroup('club');
  await eventually(() => bobs.acceptRequest('club', 'ada'));
  await share(ada, 'lab', MARKUP.replace('/', '_'), 'lab');
  await mkdir(join(ada.files, 'photos'));
  await writeFile(join(ada.files, 'photos', 'one.txt'), 'one');
  await writeFile(join(ada.files, 'photos', 'two.txt'), 'two');
  await adas.uploadFile(join(ada.files, 'photos'), 'lab', () => undefined, new AbortController().signal);
  await share(bob, 'club', 'talk.txt', 'what was said');
  await eventually(() => adas.downloadFile('club', 'talk.txt', ada.files));
  await adas.waitDownloads(30, new AbortController().signal);
}

async function share(person: Person, group: string, name: string, text: string): Promise<void> {
  const path = join(person.files, name);
  await writeFile(path, text);
  await (await person.node()).uploadFile(path, group, () => undefined, new AbortController().signal);
}
