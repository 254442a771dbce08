import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { protocolPage } from '../../scripts/docs/protocol-page.ts';
import { filesUnder, root } from './sources.ts';

const pages = filesUnder('.', ['.md']);
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

test('docs/PROTOCOL.md is what the code says (else: npm run docs)', () => {
  const page = textOf('docs/PROTOCOL.md');
  expect(protocolPage(page, root)).toBe(page);
});

test('links between pages lead somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page} -> ${target}`),
  );
  expect(broken).toEqual([]);
});

test('files that pages name in backticks exist', () => {
  const named = /`((?:src|test|scripts|docs|bench|bin|\.ci)\/[\w./-]+\.(?:ts|mjs|md|json))`/g;
  const missing = pages.flatMap((page) =>
    [...textOf(page).matchAll(named)]
      .map((match) => match[1] ?? '')
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${page}: ${path}`),
  );
  expect(missing).toEqual([]);
});

describe('docs/beps.md', () => {
  const rows = textOf('docs/beps.md')
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) => line.slice(1, -1).split('|'))
    .map(([bep = '', about = '', here = '', why = '', code = '', tests = '']) => ({
      bep: Number(bep),
      here: here.trim(),
      texts: [about.trim(), why.trim()],
      code: pathsIn(code),
      tests: pathsIn(tests),
    }));

  test('has each BEP that matters once, in order', () => {
    const beps = rows.map(({ bep }) => bep);
    expect(beps).toEqual([...new Set(beps)].toSorted((a, b) => a - b));
    expect(beps).toEqual(
      expect.arrayContaining([3, 5, 6, 7, 9, 10, 11, 12, 14, 15, 20, 21, 23, 27, 29, 47, 48, 52, 54, 55]),
    );
  });

  test('names code and a test for what is here, a reason for what is not', () => {
    for (const { bep, here, texts, code, tests } of rows) {
      expect(['yes', 'partly', 'no'], `BEP ${bep}`).toContain(here);
      expect(Math.min(...texts.map((text) => text.length)), `BEP ${bep}: what and why`).toBeGreaterThan(0);
      expect([code.length > 0, tests.length > 0], `BEP ${bep}: files`).toEqual([
        here !== 'no',
        here !== 'no',
      ]);
    }
  });

  test('names files that exist, code as code and tests as tests', () => {
    const code = rows.flatMap((row) => row.code);
    const tests = rows.flatMap((row) => row.tests);
    expect([...code, ...tests].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(code.filter((path) => !path.startsWith('src/') || path.endsWith('.test.ts'))).toEqual([]);
    expect(tests.filter((path) => !path.endsWith('.test.ts'))).toEqual([]);
  });
});

/** Paths between backticks. */
function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
