import type { OwnDownload, OwnShare } from '../seams.ts';
import type { Download } from './download.ts';
import { wantedCount } from './file-choice.ts';
import type { SharedContent } from './shared-content.ts';

/** Shares and downloads of this device as those see them who care for folders. */
export function ownShare({ entry, announced }: SharedContent): OwnShare {
  const { gid, content, name, root, stamps } = entry;
  return { gid, content, name, root, stamps, isServed: announced !== undefined };
}

export function ownDownload({ entry, progress }: Download): OwnDownload {
  const { gid, content, root, state, files } = entry;
  const hasEnded = state === 'complete' || state === 'failed';
  const missingBytes = hasEnded ? 0 : progress.lackingBytes;
  return { gid, content, root, state, isPartial: wantedCount(entry) < files, missingBytes };
}
