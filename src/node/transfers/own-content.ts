import type { OwnDownload, OwnShare } from '../seams.ts';
import type { Download } from './download.ts';
import type { SharedContent } from './shared-content.ts';

/** Shares and downloads of this device as those see them who care for folders. */
export function ownShare({ entry, announced }: SharedContent): OwnShare {
  const { gid, content, name, root, stamps } = entry;
  return { gid, content, name, root, stamps, isServed: announced !== undefined };
}

export function ownDownload(download: Download): OwnDownload {
  const { gid, content, root, state, choice } = download.entry;
  const hasEnded = state === 'complete' || state === 'failed';
  const missingBytes = hasEnded ? 0 : missingOf(download);
  return { gid, content, root, state, isPartial: choice?.includes('s') ?? false, missingBytes };
}

function missingOf(download: Download): number {
  const { doneBytes, totalBytes } = download.row();
  return Math.max(0, totalBytes - doneBytes);
}
