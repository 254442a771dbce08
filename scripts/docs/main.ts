import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocolPage } from './protocol-page.ts';

/** Brings the generated part of docs/PROTOCOL.md up to date. */
export function main(root: string): void {
  const page = join(root, 'docs', 'PROTOCOL.md');
  const before = readFileSync(page, 'utf8');
  const after = protocolPage(before, root);
  if (after !== before) writeFileSync(page, after);
  process.stdout.write(`docs/PROTOCOL.md ${after === before ? 'was' : 'is now'} up to date.\n`);
}
