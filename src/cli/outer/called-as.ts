import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * How this program is to be called again: by its name, or, where npx runs it and no `mbt` is installed, by npx, which
 * puts one on the path for this run alone.
 */
export function calledAs({ npm_command: npm, PATH = '' }: NodeJS.ProcessEnv): string {
  if (npm !== 'exec') return 'mbt';
  const lasting = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return lasting.some((folder) => existsSync(join(folder, 'mbt'))) ? 'mbt' : 'npx mini-bittorrent';
}
