import type { OfferedFile } from '../transfers/file-names.ts';
import type { KeptFetched } from './folder-book.ts';

/**
 * What those who brought a file to the group offer under its name in its place. Undefined if one of them still offers the older one, or they
 * offer different ones: then it can't be said which is the newer. What others of the group have fetched does not count.
 *
 * @param sameName all that is offered under that name
 */
export function newerVersion(
  { contents: [latest], from }: Pick<KeptFetched, 'contents' | 'from'>,
  sameName: readonly OfferedFile[],
): OfferedFile | undefined {
  const theirs = sameName.filter(({ origins }) => origins.some((uid) => from.includes(uid)));
  return theirs.length === 1 && theirs[0]?.content !== latest ? theirs[0] : undefined;
}

/** Offers without those that are left of older versions: of names that somebody has brought something under, what others have fetched. */
export function withoutOldCopies(offers: readonly OfferedFile[]): OfferedFile[] {
  const brought = new Set(offers.filter(({ origins }) => origins.length > 0).map(({ name }) => name));
  return offers.filter(({ name, origins }) => origins.length > 0 || !brought.has(name));
}
