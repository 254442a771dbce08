/** Names under which programs keep what is not complete. */
const UNFINISHED = [
  '.part',
  '.partial',
  '.crdownload',
  '.download',
  '.filepart',
  '.tmp',
  '.temp',
  '.!qb',
  '.!ut',
  '.aria2',
];
/** Written by file managers into every folder. */
const JUNK = new Set(['thumbs.db', 'desktop.ini']);

/** Whether a program writes under this name what will have another when it is complete. */
export function isUnfinished(name: string): boolean {
  const folded = name.toLowerCase();
  return UNFINISHED.some((ending) => folded.endsWith(ending));
}

/** Whether an entry of a watched folder is nothing to share, whatever is in it: hidden, temporary, or junk. */
export function isLeftOut(name: string): boolean {
  return (
    name.startsWith('.') ||
    name.endsWith('~') ||
    name.startsWith('~$') ||
    isUnfinished(name) ||
    JUNK.has(name.toLowerCase())
  );
}

/** Whether a file beside it says that `name` is being written: browsers keep an empty one in its place meanwhile. */
export function isBeingWritten(name: string, beside: ReadonlySet<string>): boolean {
  return UNFINISHED.some((ending) => beside.has(`${name}${ending}`));
}
