import { signal } from '@preact/signals';
import { Preview } from './lazy-views.ts';

const looked = signal<{ readonly group: string; readonly file: string; readonly path?: string } | undefined>(
  undefined,
);

/** Shows what is in a file, while it loads as well. `path` names a file inside of a folder. */
export function look(group: string, file: string, path?: string): void {
  looked.value = { group, file, ...(path === undefined ? {} : { path }) };
}

/** Stands once on the page. */
export function LookHost() {
  if (!looked.value) return null;
  return <Preview {...looked.value} onClose={() => (looked.value = undefined)} />;
}
