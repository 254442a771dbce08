import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';

/**
 * A typed path, relative to the folder that this process runs in, `~` for the home folder. A separator at the end is
 * kept: it says that a folder is meant.
 */
export function absolutePath(typed: string): string {
  const path = resolve(expandHome(typed));
  return /[/\\]$/.test(typed) && !path.endsWith(sep) ? path + sep : path;
}

/** `~` and `~/…` with the home folder in its place. */
function expandHome(path: string): string {
  if (path === '~') return homedir();
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
