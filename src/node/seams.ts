import type { Chance, Clock, ContentId, GroupId, InfoHash, Logger, UserId } from '../base/index.ts';
import type { FileStamp } from '../storage/index.ts';
import type { DownloadStarted, LocalContent, NodeCommands, NodeEvent, NodeStatus } from './commands.ts';

/**
 * Where the two halves of the node meet. The session knows who the user is, in which groups, and who else may
 * come in; the transfers know files and peers. Neither imports the other: `node.ts` composes both.
 *
 * Life of it: `openTransfers` once a process (its port must stand before anyone logs in), then
 * `onLogin` / `onLogout` as users come and go. Between the two calls the given `UserAccess` is good; after
 * `onLogout` all of it answers as for a user who is in no group.
 */
export interface UserAccess {
  readonly uid: UserId;
  /** `<uid>/<device>`: how others see this device in presence. */
  readonly deviceKey: string;
  /** The user's label as it stands now; people see it, nothing is keyed by it. */
  readonly label: string;
  /** An existing folder (0700) of this user on this machine: put records of shares and downloads below it. */
  readonly userDir: string;
  readonly gate: GroupGate;
  readonly presence: Presence;
  readonly shares: ShareBook;
}

/** Stops a listener; calling it again does nothing. */
export type Unsubscribe = () => void;

/** A group as commands name it. */
export interface GroupRef {
  readonly gid: GroupId;
  readonly label: string;
}

/** With what this user shows itself to the peers of one group, in the group's current epoch. */
export interface GroupCredentials {
  readonly gid: GroupId;
  readonly epoch: number;
  /** The authority's exact PEM bytes: `ssl-cert` of the epoch's torrents. */
  readonly authorityPem: Uint8Array;
  /** The member certificate, PEM. */
  readonly certificatePem: string;
  /** Its key, PKCS#8 PEM. */
  readonly privateKeyPem: string;
}

/** Whether a certificate may come in, decided on certificate, dates and the newest grant known. */
export type Admission = { readonly user: UserId } | { readonly refused: string };

/** Who is in which group, for the peer connections. All but `requireMember` answer at once from verified records. */
export interface GroupGate {
  /**
   * The group of this label, checked against a tracker. Rejects with NO_SUCH_GROUP, NOT_A_MEMBER (what to do is in
   * the text), NO_TRACKER, IDENTITY_CHANGED.
   */
  requireMember(label: string): Promise<GroupRef>;
  /** Groups whose member this user is now (with a certificate in force). */
  memberGroups(): readonly GroupRef[];
  /** Undefined as soon as this user is no member: serve and ask nothing in the group then. */
  contextFor(gid: GroupId): GroupCredentials | undefined;
  /**
   * Where this user's other BitTorrent programs announce in the group: one URL for each tracker that takes announcements
   * (none if none does), all of one tier. Secret: each holds the user's key for the group. Asks a tracker; rejects with
   * NO_TRACKER, NOT_A_MEMBER.
   */
  announceUrls(gid: GroupId): Promise<readonly string[]>;
  /** Call it before a byte on every connection, and again for open ones on each `onGroupChanged`. */
  admit(gid: GroupId, certificateDer: Uint8Array): Admission;
  /** Label of a user; a short form of the id while no label is known. */
  labelOf(uid: UserId): string;
  /** Label of a group, also of one that this user has left or that has ended. */
  labelOfGroup(gid: GroupId): string;
  /**
   * Something about the group changed: members, grants, own certificate, epoch, or that this user is in it at all.
   * Called within the same turn that took the news in; close what no longer may stay.
   */
  onGroupChanged(listener: (gid: GroupId) => void): Unsubscribe;

  /** At most 64 bytes, for our extension handshake: equal digests mean that both know the same removals. */
  newsDigest(gid: GroupId): Uint8Array;
  /** What a peer with this digest lacks, or may lack: payloads of at most 64 KiB for `mbt` messages; none when equal. */
  newsFor(gid: GroupId, theirDigest: Uint8Array): readonly Uint8Array[];
  /**
   * Takes in a peer's payload. True if it told us something new (then tell the other peers, and `onGroupChanged`
   * has been called). Throws PeerFault BAD_EXTENSION for what no honest peer sends.
   */
  applyNews(gid: GroupId, payload: Uint8Array): boolean;
}

/** One content that this device has or fetches, as it tells the trackers. */
export interface OwnContent {
  readonly gid: GroupId;
  readonly content: ContentId;
  readonly infoHash: InfoHash;
  /** Part held, 0 to 1. */
  readonly have: number;
  readonly seed: boolean;
}

export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** Another device that has or fetches the same content, as the trackers say (all of them merged). */
export interface PeerEntry {
  /** `<uid>/<device>`: stays the same over reconnects and restarts of that device. */
  readonly key: string;
  readonly uid: UserId;
  readonly device: string;
  /** Changes when that device's process starts anew. */
  readonly boot: string;
  /** Best first, at most 8. */
  readonly addresses: readonly PeerAddress[];
  readonly infoHash: InfoHash;
  readonly seed: boolean;
  /** Part held, 0 to 1. */
  readonly have: number;
}

/** Who is online with what. Soft state: an empty answer also means "no tracker reached yet". */
export interface Presence {
  /** All contents of this device; replaces the earlier list. Cheap: sent with the next heartbeat, or sooner if new. */
  announce(contents: readonly OwnContent[]): void;
  /** Other devices (another device of the same user too), never this process itself. */
  peersOf(gid: GroupId, content: ContentId): readonly PeerEntry[];
  /** The answer of `peersOf` changed for this content. */
  onPeers(listener: (gid: GroupId, content: ContentId) => void): Unsubscribe;
  /** Trackers with an open stream now: 0 means that nobody can be found, which a download's remark should say. */
  trackersConnected(): number;
}

/** What a share says about its content. */
export interface ShareFacts {
  readonly content: ContentId;
  /** File or folder name. */
  readonly name: string;
  readonly size: number;
  readonly files: number;
  /** Of a single file that is not empty: the root of its hash tree. */
  readonly root?: Uint8Array;
  /** Fetched from others of the group. */
  readonly copy?: boolean;
}

/** A share that counts: its author is a member now. */
export interface ListedShare extends ShareFacts {
  readonly uid: UserId;
  readonly user: string;
}

/** Who has how much of a content online now, as the tracker counts it. */
export interface SwarmCount {
  readonly seeds: number;
  readonly leechers: number;
}

export interface GroupFiles {
  readonly shares: readonly ListedShare[];
  readonly swarms: ReadonlyMap<ContentId, SwarmCount>;
}

/** The group's shares as records. Each call asks a tracker and fails over; rejects with NO_TRACKER, NOT_A_MEMBER. */
export interface ShareBook {
  /** Says that this user offers the content. Repeating it is harmless. */
  publishShare(gid: GroupId, share: ShareFacts): Promise<void>;
  /** Says that it no longer does. Without such a share it does nothing. */
  withdrawShare(gid: GroupId, content: ContentId): Promise<void>;
  /** Never a cache. */
  listFiles(gid: GroupId): Promise<GroupFiles>;
}

/** Commands that the transfers carry out; the session checks log-in before it hands them on. */
export type TransferCommands = Pick<
  NodeCommands,
  | 'listFiles'
  | 'uploadFile'
  | 'downloadFile'
  | 'showDownloads'
  | 'stopShare'
  | 'pauseDownload'
  | 'resumeDownload'
  | 'cancelDownload'
  | 'listContentFiles'
  | 'setPriority'
  | 'pieceMap'
  | 'recheck'
  | 'waitDownloads'
  | 'showPeers'
  | 'setLimit'
  | 'limits'
  | 'exemptLan'
  | 'setSchedule'
  | 'exportTorrent'
>;

/** A share of this device. */
export interface OwnShare {
  readonly gid: GroupId;
  readonly content: ContentId;
  readonly name: string;
  /** Absolute path of its file or folder. */
  readonly root: string;
  /** Of its files when they were hashed, in the content's order. */
  readonly stamps: readonly FileStamp[];
  /** False while this user is not in the group, or its files are out of reach. */
  readonly isServed: boolean;
}

/** A download of this device that is still on its list. */
export interface OwnDownload {
  readonly gid: GroupId;
  readonly content: ContentId;
  /** Absolute path of what it makes. */
  readonly root: string;
  readonly state: 'wanted' | 'paused' | 'complete' | 'failed';
  /** The user has chosen among its files: what it makes is not the whole. */
  readonly isPartial: boolean;
  /** What it may still write: none of one that has failed. */
  readonly missingBytes: number;
}

/**
 * Who cares for the files of a share, asked when they are not as they were: `away` if their disk is, so that the share is kept,
 * unserved, until it is shared again; `watched` if they have changed or are gone, so that they will be shared anew or not at all
 * and nobody needs to be told; else undefined.
 */
export type CareOf = (
  share: Pick<OwnShare, 'gid' | 'root' | 'stamps'>,
) => Promise<'away' | 'watched' | undefined>;

/** The files' and peers' half. Commands are called only between `onLogin` and `onLogout`. */
export interface Transfers extends TransferCommands, LocalContent {
  /** The port that peers reach, and the addresses to announce (configured, of the interfaces), best first. */
  readonly listening: { readonly host: string; readonly port: number };
  readonly addresses: readonly PeerAddress[];
  /** Told of each server name (40 hex digits) that somebody asks for at the port, whether it is served or not. */
  onServerName(listener: (name: string) => void): Unsubscribe;
  /** Restores shares and downloads; they are served and fetched when it resolves. */
  onLogin(
    access: UserAccess,
    careOf?: CareOf,
  ): Promise<{ readonly shares: number; readonly downloads: number }>;
  /** Stops serving and fetching at once; keeps the records of both for the next log-in. Idempotent. */
  onLogout(): Promise<void>;
  /** Those of the user who is logged in; none if nobody is. */
  ownShares(): readonly OwnShare[];
  ownDownloads(): readonly OwnDownload[];
  /**
   * As `downloadFile`, of a newer version of what lies at `place`. When it is whole it goes there, and what was there is kept beside
   * it, if that still is one of `contents`, unchanged; else the download fails with FILE_CHANGED, and may be resumed.
   */
  downloadNewer(
    group: string,
    file: string,
    replaces: { readonly place: string; readonly contents: readonly ContentId[] },
  ): Promise<DownloadStarted>;
  /** Ends a download that is not complete, if there is one, with what it has left on disk. */
  dropUnfinished(key: { readonly gid: GroupId; readonly content: ContentId }): Promise<void>;
  /** Known names, for completion; never fails. */
  completions(kind: 'file' | 'download' | 'share', group: string | undefined): Promise<string[]>;
  counts(): Pick<
    NodeStatus,
    | 'shares'
    | 'downloads'
    | 'peers'
    | 'downloadBytesPerSecond'
    | 'uploadBytesPerSecond'
    | 'downLimit'
    | 'upLimit'
  >;
  /** Closes the port and every file. Idempotent. */
  close(): Promise<void>;
}

/** What `openTransfers` in src/node/transfers gets. Rejects with PORT_IN_USE or PERMISSION_DENIED. */
export interface TransferOptions {
  readonly listenHost: string;
  /** 0: any free one. */
  readonly listenPort: number;
  /** Ceilings over all peers; absent: none. */
  readonly upBytesPerSecond?: number;
  readonly downBytesPerSecond?: number;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Logger;
  readonly emit: (event: NodeEvent) => void;
  /** Told that the list of downloads (of a group) may show something else now; as often as you like. */
  readonly onChange?: (group: string | undefined) => void;
}
export type OpenTransfers = (options: TransferOptions) => Promise<Transfers>;
