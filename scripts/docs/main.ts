import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allCommands } from '../../src/cli/outer/index.ts';
import { manPage } from '../../src/cli/outer/man-page.ts';
import { protocolPage } from './protocol-page.ts';

/** Brings what is made from the code up to date: a part of docs/PROTOCOL.md, and the manual page. */
export function main(root: string): void {
  const page = 'docs/PROTOCOL.md';
  bring(root, page, protocolPage(textOf(root, page) ?? '', root));
  const { version } = JSON.parse(textOf(root, 'package.json') ?? '') as { version: string };
  bring(root, 'man/mbt.1', manPage(allCommands(), version));
}

function bring(root: string, path: string, after: string): void {
  const isNew = after !== textOf(root, path);
  if (isNew) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), after);
  }
  process.stdout.write(`${path} ${isNew ? 'is now' : 'was'} up to date.\n`);
}

function textOf(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
