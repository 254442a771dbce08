import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
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
