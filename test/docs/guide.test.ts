import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mbt } from '../e2e/harness/mbt-process.ts';
import { hasTerminals } from '../e2e/harness/mbt-terminal.ts';
import { processesMentioning } from '../e2e/harness/workspace.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Page, readPage } from './console-blocks.ts';
import { Reader } from './reader.ts';

const guide = new URL('../../docs/guide/', import.meta.url);
const pages = readdirSync(guide)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, page: readPage(readFileSync(new URL(name, guide), 'utf8'), name) }));
/** Ports that the pages name, in whose place free ones are used. */
const NAMED_PORTS = ['7001', '7002'];

let folder: string;
let readers: Map<string, Reader>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-guide-'));
  readers = new Map();
});

afterEach(async () => {
  for (const name of readers.keys()) {
    const home = join(folder, name);
    spawnSync(mbt, ['node', 'stop'], { env: { ...process.env, HOME: home }, cwd: home });
  }
  await Promise.all([...readers.values()].map((reader) => reader.leave()));
  const left = processesMentioning(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

async function readerOf(name: string): Promise<Reader> {
  const there = readers.get(name) ?? (await Reader.sitDown(name, folder));
  readers.set(name, there);
  return there;
}

async function prepare(line: string): Promise<void> {
  for (const name of line.match(/\b[a-z][a-z0-9-]*(?=\/)/g) ?? [])
    await mkdir(join(folder, name), { recursive: true });
  const ran = spawnSync('sh', ['-ec', line], { cwd: folder });
  expect(ran.stderr.toString()).toBe('');
}

async function followAll(page: Page): Promise<void> {
  const ports = await freePorts(NAMED_PORTS.length);
  const toFree = (text: string): string =>
    NAMED_PORTS.reduce((changed, port, at) => changed.replaceAll(port, String(ports[at])), text);
  const lastLink = (): string => [...readers.values()].flatMap((reader) => reader.links()).at(-1) ?? '';
  for (const step of page.steps) {
    if ('line' in step) await prepare(toFree(step.line));
    else
      await (
        await readerOf(step.person)
      ).follow(step, (text) => toFree(text).replaceAll('mbt://join/…', lastLink()));
  }
}

describe.skipIf(!hasTerminals)('who follows the guide as it is written gets what it says', () => {
  const tried = pages.filter(({ page }) => page.steps.length > 0);

  test('there is something to follow', () => expect(tried.length).toBeGreaterThan(2));

  test.each(tried)('$name', async ({ page }) => followAll(page));
});

test.each(pages)('$name: what is not tried says why', ({ page }) => {
  expect(page.untried.filter(({ reason }) => reason === undefined)).toEqual([]);
});

test('the guide has its pages in README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(
    pages.map(({ name }) => name).filter((name) => !readme.includes(`docs/guide/${basename(name)}`)),
  ).toEqual([]);
});
