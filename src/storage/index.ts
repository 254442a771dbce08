/** Content on disk: files of shares and downloads, and the record of what a download holds. */
export type { ContentStorage, DiskPlace } from './content-storage.ts';
export {
  checkFreeSpace,
  examineDestination,
  freeBytesOn,
  resolveDestination,
  type DestinationState,
} from './destination.ts';
export { DownloadStorage, type PieceWriter } from './download-storage.ts';
export { incomingFolder, isAsideName, putAside } from './earlier-versions.ts';
export { FilePool } from './file-pool.ts';
export { sameStamps, stampOf, type FileStamp } from './file-stamp.ts';
export { HeldStorage } from './held-storage.ts';
export { ResumeRecord } from './resume-record.ts';
export { scanFolder, type LeftOut, type Scan, type ScannedFile } from './scan.ts';
export { ShareStorage } from './share-storage.ts';
