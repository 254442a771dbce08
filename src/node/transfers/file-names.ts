import { CommandError, type ContentId, type UserId } from '../../base/index.ts';
import type { FileRow } from '../commands.ts';
import type { GroupFiles, ListedShare } from '../seams.ts';

const SHORT_ID_CHARS = 8;
const PICK = /^(?<name>.+)@(?<id>[0-9a-f]{4,64})$/;

/** Something that is known by a name people type, which need not be unique. */
export interface Named {
  readonly name: string;
  readonly content: ContentId;
}

/** A content id cut as short as tells it from `others`, but at least 8 digits. */
export function shortId(content: ContentId, others: Iterable<ContentId>): string {
  const rivals = [...others].filter((other) => other !== content);
  let length = SHORT_ID_CHARS;
  while (rivals.some((other) => other.startsWith(content.slice(0, length)))) length += 1;
  return content.slice(0, length);
}

/**
 * What a person means by `typed`: an exact name, or `name@<content id>` (4 digits of it or more) where one name stands for
 * several contents. Throws AMBIGUOUS_NAME, listing what to type instead; undefined if there is no such file.
 */
export function pickFile<T extends Named>(files: Iterable<T>, typed: string): T | undefined {
  const all = [...files];
  const named = all.filter((file) => file.name === typed);
  const { name, id } = PICK.exec(typed)?.groups ?? {};
  const picked =
    named.length > 0 ? named : all.filter((file) => file.name === name && file.content.startsWith(id ?? ''));
  const contents = new Set(picked.map((file) => file.content));
  if (contents.size <= 1) return picked[0];
  const choices = [...contents].map((content) => `${picked[0]?.name ?? ''}@${shortId(content, contents)}`);
  throw new CommandError(
    'AMBIGUOUS_NAME',
    `${typed} stands for different contents: type ${choices.join(' or ')}`,
  );
}

/** One content under one name, whoever offers it. */
export interface OfferedFile extends Named {
  readonly size: number;
  readonly files: number;
  readonly sharers: readonly string[];
  /** Of them, those who have not fetched it from others of the group. */
  readonly origins: readonly UserId[];
}

/** The shares of a group by content and name, in the order of names. */
export function offeredFiles(shares: readonly ListedShare[]): OfferedFile[] {
  const byFile = new Map<string, OfferedFile & { sharers: string[]; origins: UserId[] }>();
  for (const { content, name, size, files, user, uid, copy } of shares) {
    const key = `${content} ${size} ${files} ${name}`;
    const file = byFile.get(key) ?? { content, name, size, files, sharers: [], origins: [] };
    file.sharers.push(user);
    if (copy !== true) file.origins.push(uid);
    byFile.set(key, file);
  }
  const order = new Intl.Collator('en', { numeric: true }).compare;
  const sorted = [...byFile.values()].toSorted(
    (a, b) => order(a.name, b.name) || (a.content < b.content ? -1 : 1),
  );
  for (const file of sorted) file.sharers.sort(order);
  return sorted;
}

/** Rows of `list_files`. */
export function fileRows(listing: GroupFiles): FileRow[] {
  const files = offeredFiles(listing.shares);
  const contents = new Set(files.map((file) => file.content));
  return files.map(({ name, size, files: inside, content, sharers }) => {
    const { seeds = 0, leechers = 0 } = listing.swarms.get(content) ?? {};
    return { file: name, size, files: inside, seeds, leechers, content: shortId(content, contents), sharers };
  });
}
