import type { Clock, GroupId, Logger } from '../../base/index.ts';
import type { GroupFiles, GroupGate, Transfers } from '../seams.ts';

/** What those who tend folders do with shares and downloads. */
export type FolderTransfers = Pick<
  Transfers,
  | 'uploadFile'
  | 'downloadFile'
  | 'downloadNewer'
  | 'cancelDownload'
  | 'dropUnfinished'
  | 'stopShare'
  | 'ownShares'
  | 'ownDownloads'
>;

/** The user who is logged in, as far as folders care. */
export interface FolderUser {
  /** Of this user on this machine. */
  readonly userDir: string;
  readonly gate: Pick<GroupGate, 'requireMember' | 'memberGroups' | 'labelOfGroup'>;
  /** Shares of a group, asked of a tracker. */
  listFiles(gid: GroupId): Promise<GroupFiles>;
}

export interface FolderTools {
  readonly transfers: FolderTransfers;
  readonly clock: Clock;
  readonly log: Logger;
  /** Tells the user of a fault. */
  readonly warn: (text: string) => void;
  /** What `listFolders` shows has changed. */
  readonly changed: () => void;
  /** Bytes that may still be written on the disk of a folder; absent: as the system says. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}
