import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededChance } from '../../src/base/index.ts';
import { NEWS_MS, fetchFile, gather, goTo } from './gathering.ts';
import type { Person } from './person.ts';
import { noise } from './picture.ts';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { BrowserStage } from './stage.ts';

const GROUP = 'droppers';

/** Drops what stands at these paths, as a file manager would. */
async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  }
  await session.detach();
}

/** Whether just these bytes stand there. */
async function holds(path: string, bytes: Buffer): Promise<boolean> {
  return (await readFile(path).catch(() => undefined))?.equals(bytes) ?? false;
}

describe.skipIf(chromiumPath === undefined)('what is dropped on the page', () => {
  let stage: BrowserStage;
  let ada: Person;
  let bob: Person;
  let page: Page;
  /** Where no page may read: only the drop itself hands over what is there. */
  let desk: string;
  const chance = seededChance(3);

  beforeAll(async () => {
    stage = await BrowserStage.open();
    [ada, bob] = (await gather(stage, GROUP, ['ada', 'bob'])) as [Person, Person];
    desk = join(stage.trackers.folder, 'desk');
    await mkdir(join(desk, 'album', 'raw'), { recursive: true });
    page = await ada.openPage();
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
    await goTo(page, 'groups', GROUP);
    await page.getByRole('button', { name: 'Share a file or folder' }).waitFor();
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual([]);
  });

  test('a file is shared, byte for byte', async () => {
    const bytes = noise(2_500_000, chance);
    await writeFile(join(desk, 'clip.bin'), bytes);
    await drop(page, [join(desk, 'clip.bin')]);
    await page.getByText(`clip.bin is shared in ${GROUP}`).waitFor({ timeout: NEWS_MS });
    await page.getByRole('row', { name: /clip\.bin/ }).waitFor();
    await fetchFile(bob, GROUP, 'clip.bin');
    await expect.poll(() => holds(join(bob.files, 'clip.bin'), bytes), { timeout: NEWS_MS }).toBe(true);
  });

  test('a folder is shared as a folder, with all that is in it', async () => {
    const [photo, note] = [noise(700_000, chance), Buffer.from('first day\n')];
    await writeFile(join(desk, 'album', 'raw', 'photo 1.bin'), photo);
    await writeFile(join(desk, 'album', 'note.txt'), note);
    await drop(page, [join(desk, 'album')]);
    await page.getByText(`album is shared in ${GROUP}`).waitFor({ timeout: NEWS_MS });
    await fetchFile(bob, GROUP, 'album');
    const got = join(bob.files, 'album');
    await expect.poll(() => holds(join(got, 'raw', 'photo 1.bin'), photo), { timeout: NEWS_MS }).toBe(true);
    await expect.poll(() => holds(join(got, 'note.txt'), note), { timeout: NEWS_MS }).toBe(true);
    expect(await page.getByRole('list', { name: 'Being shared' }).count()).toBe(0);
  });

  test('a drop elsewhere than in a group does not lead the browser away', async () => {
    await goTo(page, 'downloads');
    await page.getByRole('heading', { name: 'Downloads', level: 1 }).waitFor();
    await page.evaluate(
      "window.addEventListener('dragover', (event) => { window.refused = event.defaultPrevented; })",
    );
    await drop(page, [join(desk, 'album', 'note.txt')]);
    expect(await page.evaluate('window.refused')).toBe(true);
    await page.getByRole('heading', { name: 'Downloads', level: 1 }).waitFor();
    expect(page.url()).toContain('#/downloads');
  });
});
