import type { OwnDownload, OwnShare } from '../seams.ts';
import type { Download } from './download.ts';
import type { SharedContent } from './shared-content.ts';

/** Shares and downloads of this device as those see them who care for folders. */
export function ownShare({ entry, announced }: SharedContent): OwnShare {
  const { gid, content, name, root, stamps } = entry;
  return { gid, content, name, root, stamps, isServed: announced !== undefined };
}

export function ownDownload(download: Download): OwnDownload {
  const { gid, content, root, size, state } = download.entry;
  const ended = state === 'complete' || state === 'failed';
  const missingBytes = ended ? 0 : Math.max(0, size - download.row().doneBytes);
  return { gid, content, root, isComplete: state === 'complete', missingBytes };
}
