import type { UserId } from '../../base/index.ts';
import type { OfferedFile } from '../transfers/file-names.ts';
import type { KeptFetched } from './folder-book.ts';

/**
 * What somebody who offered a file offers under its name in its place. Undefined if nobody does, or not all who do offer the same:
 * then it can't be said which is the newer one.
 *
 * @param sameName all that is offered under that name
 */
export function newerVersion(
  { contents: [latest], from }: Pick<KeptFetched, 'contents' | 'from'>,
  sameName: readonly OfferedFile[],
): OfferedFile | undefined {
  const still = new Set(sameName.filter(({ content }) => content === latest).flatMap(({ uids }) => uids));
  const changed = new Set<UserId>(from.filter((uid) => !still.has(uid)));
  const theirs = sameName.filter(({ uids }) => uids.some((uid) => changed.has(uid)));
  return theirs.length === 1 ? theirs[0] : undefined;
}
