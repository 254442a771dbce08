import { CommandError } from '../../base/index.ts';
import type { Content, ContentFile } from '../../metainfo/index.ts';
import type { FileStamp } from '../../storage/index.ts';
import type { Priority } from '../../swarm/index.ts';
import type { DownloadEntry } from './library.ts';

/** How an entry spells the priority of each file. */
const LETTERS: Readonly<Record<Priority, string>> = { skip: 's', low: 'l', normal: 'n', high: 'h' };
const PRIORITIES = new Map(
  Object.entries(LETTERS).map(([priority, letter]) => [letter, priority as Priority]),
);

/** Of each file, in the content's order. */
export function prioritiesOf({ choice }: Pick<DownloadEntry, 'choice'>, content: Content): Priority[] {
  return content.files.map((_, file) => PRIORITIES.get(choice?.[file] ?? 'n') ?? 'normal');
}

/** As an entry keeps it; undefined if all are normal. */
export function choiceOf(priorities: readonly Priority[]): string | undefined {
  if (priorities.every((priority) => priority === 'normal')) return undefined;
  return priorities.map((priority) => LETTERS[priority]).join('');
}

/** Files that are wanted. */
export function wantedCount({ choice, files }: Pick<DownloadEntry, 'choice' | 'files'>): number {
  let wanted = files;
  for (const letter of choice ?? '') if (letter === LETTERS.skip) wanted -= 1;
  return wanted;
}

/** Whether the entry is complete without holding everything: it serves what it has, and more of it can be taken. */
export function isPartial(entry: DownloadEntry): boolean {
  return entry.state === 'complete' && entry.heldBytes < entry.size && wantedCount(entry) < entry.files;
}

/** What the wanted files of a part were when it was complete, by their place in the content. */
export function stampsOf(
  { choice, stamps = [] }: Pick<DownloadEntry, 'choice' | 'stamps'>,
  content: Content,
): Map<number, FileStamp> {
  const wanted = [...content.files.keys()].filter((file) => choice?.[file] !== LETTERS.skip);
  return new Map(stamps.flatMap((stamp, at) => (wanted[at] === undefined ? [] : [[wanted[at], stamp]])));
}

/** A file's name for people, below the content's own. */
export const pathOf = ({ path }: ContentFile): string => path.join('/');

/** The files at these paths, and below those that are folders. Throws NO_SUCH_FILE for a path that names none. */
export function filesAt(content: Content, paths: readonly string[]): Set<number> {
  const wanted = new Map(paths.map((path) => [normal(path), false]));
  const files = new Set<number>();
  // A content may have a hundred thousand files in eighty folders inside one another.
  const depths = new Set([...wanted.keys()].map((name) => name.split('/').length));
  for (const [file, { path }] of content.files.entries()) {
    for (const depth of depths) {
      if (depth > path.length) continue;
      const name = path.slice(0, depth).join('/');
      if (!wanted.has(name)) continue;
      wanted.set(name, true);
      files.add(file);
    }
  }
  for (const [name, isFound] of wanted) if (!isFound) throw noSuchFile(content, name);
  return files;
}

/** The file at this path; undefined names that of a content that is no folder. */
export function fileAt(content: Content, path: string | undefined): number {
  if (path === undefined && content.isFolder) {
    throw new CommandError('INVALID_ARGUMENTS', `${content.name} is a folder: name a file inside it`);
  }
  const name = normal(path ?? content.name);
  const last = name.slice(name.lastIndexOf('/') + 1);
  const file = content.files.findIndex((each) => each.path.at(-1) === last && pathOf(each) === name);
  if (file < 0) throw noSuchFile(content, name);
  return file;
}

/** Only what is at these paths is wanted. */
export function onlyThese(content: Content, paths: readonly string[]): Priority[] {
  const files = filesAt(content, paths);
  return content.files.map((_, file) => (files.has(file) ? 'normal' : 'skip'));
}

const normal = (path: string): string => path.normalize('NFC').replace(/^\.?\/+|\/+$/gu, '');

const noSuchFile = ({ name }: Content, path: string): CommandError =>
  new CommandError('NO_SUCH_FILE', `there is no ${path} in ${name}: list_contents shows what is in it`);
