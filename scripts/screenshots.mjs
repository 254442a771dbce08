/**
 * Pictures of every view of the page, on a phone, a small and a wide screen, light and dark, with an invented node behind
 * it: `npm run screenshots [FOLDER]`, else into a folder for temporary files. `npm run screenshots -- --docs` makes
 * those few that the README shows. Needs Debian's chromium.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

import { root } from './bootstrap.mjs';
import { BROWSER_ARGUMENTS, chromiumPath } from './chromium.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ name: string, path: string, settleMs?: number, act?: (page: Page) => Promise<unknown> }} View */

const SIZES = [
  { width: 390, height: 844 },
  { width: 1024, height: 768 },
  { width: 1600, height: 1000 },
];

/** @param {string} name @returns {(page: Page) => Promise<void>} */
const press = (name) => (page) => page.getByRole('button', { name }).first().click();

/** @type {View[]} */
const VIEWS = [
  { name: 'groups', path: 'groups' },
  { name: 'new-group', path: 'groups', act: press('New group') },
  { name: 'join', path: 'groups', act: press('Join a group') },
  { name: 'files', path: 'groups/lab' },
  { name: 'share', path: 'groups/lab', act: press('Share') },
  { name: 'people', path: 'groups/lab/people' },
  { name: 'waiting', path: 'groups/choir' },
  { name: 'invite', path: 'groups/lab/people', act: press('Invite somebody') },
  { name: 'invitation', path: 'groups/lab/people', act: press('Show the invitation') },
  { name: 'downloads', path: 'downloads' },
  { name: 'details', path: 'transfer/lab/Lecture 0002.mp4', settleMs: 3_000 },
  { name: 'details-folder', path: 'transfer/lab/Field recordings', settleMs: 3_000 },
  { name: 'export', path: 'transfer/lab/Lecture 0002.mp4', act: press('Export for other programs') },
  { name: 'preview-folder', path: 'preview/lab/Field recordings' },
  { name: 'preview-text', path: 'preview/summer-school/Dataset 0007.csv' },
  { name: 'preview-picture', path: 'preview/lab/Atlas scans 0005.tif' },
  { name: 'news', path: 'news' },
  { name: 'account', path: 'settings/account' },
  { name: 'speed', path: 'settings/limits', act: press('Add hours') },
  { name: 'folders', path: 'settings/folders' },
  { name: 'watch', path: 'settings/folders', act: press('Watch a folder') },
  { name: 'follow', path: 'settings/folders', act: press('Follow a group') },
  { name: 'look', path: 'settings/look' },
  { name: 'places', path: 'settings/places' },
  { name: 'node', path: 'settings/node' },
  { name: 'check', path: 'settings/check', act: press('Look for problems') },
  { name: 'browser', path: 'settings/browser' },
];

/** What the README shows: a view, a size, a scheme. */
const FOR_DOCS = [
  { name: 'files', width: 1024, height: 640, theme: 'light' },
  { name: 'details', width: 1024, height: 1440, theme: 'light', settleMs: 45_000 },
  { name: 'downloads', width: 390, height: 760, theme: 'dark' },
];

/** @param {string[]} args */
async function main(args) {
  const forDocs = args.includes('--docs');
  const given = args.find((arg) => !arg.startsWith('--'));
  const folder = forDocs
    ? join(root, 'docs', 'pictures')
    : (given ?? (await mkdtemp(join(tmpdir(), 'mbt-pictures-'))));
  await mkdir(folder, { recursive: true });
  const server = await createServer({
    configFile: join(root, 'web', 'vite.config.ts'),
    server: { port: 0, strictPort: false, hmr: false },
    logLevel: 'error',
  });
  await server.listen();
  const origin = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? 'chromium',
    args: BROWSER_ARGUMENTS,
  });
  try {
    const shots = forDocs ? FOR_DOCS : everyShot();
    for (const shot of shots) await shoot(browser, origin, folder, shot);
    process.stdout.write(`${shots.length} pictures in ${folder}\n`);
  } finally {
    await browser.close();
  }
}

function everyShot() {
  return ['light', 'dark'].flatMap((theme) =>
    SIZES.flatMap((size) => VIEWS.map(({ name }) => ({ name, ...size, theme }))),
  );
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {string} folder
 * @param {{ name: string, width: number, height: number, theme: string, settleMs?: number }} shot
 */
async function shoot(browser, origin, folder, { name, width, height, theme, settleMs }) {
  const view = VIEWS.find((one) => one.name === name);
  if (!view) throw new Error(`there is no view ${name}`);
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  try {
    await page.goto(`${origin}#/${view.path.split('/').map(encodeURIComponent).join('/')}`);
    await page.locator('#main h1').first().waitFor();
    await page.waitForTimeout(settleMs ?? view.settleMs ?? 600);
    await view.act?.(page);
    if (view.act) await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
    await complain(page, `${name} ${width} ${theme}`);
  } finally {
    await page.close();
  }
}

/**
 * Says it where a view is wider than its window.
 * @param {Page} page
 * @param {string} what
 */
async function complain(page, what) {
  const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  if (Number(over) > 0) process.stdout.write(`${what}: ${String(over)} px wider than the window\n`);
}

await main(process.argv.slice(2));
// The invented node goes on for ever.
process.exit(0);
