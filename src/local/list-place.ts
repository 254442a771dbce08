import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocalResult } from '../api/index.ts';
import { diskError } from '../base/index.ts';
import type { Places } from './places.ts';

const ENTRIES_MAX = 1_000;
const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What the page may choose from in a folder: folders first; hidden names and what leads elsewhere are left out. */
export async function listPlace(places: Places, path: string): Promise<LocalResult<'listPlace'>> {
  const folder = await places.check(path, 'read');
  const names = await readdir(folder).catch((error: unknown) => {
    throw diskError(error, path);
  });
  const shown = names.filter((name) => !name.startsWith('.')).toSorted(NAMES.compare);
  const listed = await Promise.all(
    shown.slice(0, ENTRIES_MAX).map((name) => entryOf(places, join(folder, name), name)),
  );
  const entries = listed.filter((entry) => entry !== undefined);
  return {
    path: folder,
    parent: await places.check(dirname(folder), 'read').catch(() => null),
    entries: entries.toSorted((a, b) => Number(b.folder) - Number(a.folder)),
    more: shown.length > ENTRIES_MAX,
  };
}

async function entryOf(places: Places, path: string, name: string) {
  try {
    const real = await places.check(path, 'read');
    const found = await stat(real);
    if (!found.isFile() && !found.isDirectory()) return undefined;
    return { name, path, folder: found.isDirectory(), size: found.isFile() ? found.size : 0 };
  } catch {
    return undefined;
  }
}
