import { Bitfield, type Content } from '../../metainfo/index.ts';
import { ResumeRecord } from '../../storage/index.ts';
import type { Desk } from './desk.ts';
import type { Download } from './download.ts';

/** What of a download is here, whether it is at work or stands still. */
export async function heldOf(desk: Desk, download: Download, content: Content): Promise<Bitfield> {
  const { entry, isServing, held } = download;
  if (entry.state === 'complete' && !isServing) return Bitfield.full(content.pieceCount);
  return held ?? ResumeRecord.heldAt(desk.library.resumePath(entry), content);
}
