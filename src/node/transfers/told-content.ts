import { buildContent, MetainfoError, type Content } from '../../metainfo/index.ts';
import type { ListedShare, ShareFacts } from '../seams.ts';
import type { Desk } from './desk.ts';

/** What a share says of its content so that nobody needs to describe it: of a single file the root of its hash tree. */
export function rootOf(content: Content | undefined): Uint8Array | undefined {
  return content?.isFolder === false ? content.files[0]?.piecesRoot : undefined;
}

/**
 * Keeps what a content consists of, if a share of it tells: then its download can begin with any peer, also with a program
 * that describes no private content. A root that is not right makes another content id, so nobody is believed.
 */
export async function keepToldContent(
  desk: Desk,
  wanted: Pick<ShareFacts, 'content' | 'name' | 'size'>,
  shares: readonly ListedShare[],
): Promise<void> {
  const telling = shares.filter(({ content, root }) => content === wanted.content && root !== undefined);
  if (telling.length === 0 || (await desk.library.content(wanted.content))) return;
  for (const { root } of telling) {
    const content = singleFile(wanted, root);
    if (content?.contentId === wanted.content) return desk.library.putContent(content);
  }
}

function singleFile(
  { name, size }: Pick<ShareFacts, 'name' | 'size'>,
  piecesRoot: Uint8Array | undefined,
): Content | undefined {
  try {
    return buildContent({ name, isFolder: false, files: [{ path: [name], length: size, piecesRoot }] });
  } catch (error) {
    if (error instanceof MetainfoError) return undefined;
    throw error;
  }
}
