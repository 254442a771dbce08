import { readFileSync } from 'node:fs';

let known: string | undefined;

/** The version of this program, as its package says; `src` and `dist` lie beside it alike. */
export function programVersion(): string {
  if (known !== undefined) return known;
  const path = new URL('../../package.json', import.meta.url);
  known = (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  return known;
}
