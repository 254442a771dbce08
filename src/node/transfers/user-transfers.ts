import { dirname } from 'node:path';
import { every, sameLabel, type Cancel, type GroupId } from '../../base/index.ts';
import type {
  ContentFileRow,
  ContentReader,
  DownloadRow,
  DownloadStarted,
  DownloadTerms,
  Exported,
  FilePriority,
  FileRow,
  HashProgress,
  LimitDirection,
  LimitRow,
  Limits,
  PeerRow,
  PieceMap,
  Rechecked,
  ScheduleRule,
  Uploaded,
  Waited,
} from '../commands.ts';
import { incomingFolder } from '../../storage/index.ts';
import type { CareOf, GroupFiles, OwnContent, TransferCommands, Unsubscribe, UserAccess } from '../seams.ts';
import { openContent, type OpenedFile } from './content-reading.ts';
import { contentFiles, contentPieces } from './content-view.ts';
import { Desk, type TransferTools } from './desk.ts';
import { orderDownload, settleTerms } from './download-order.ts';
import { DownloadDesk } from './download-desk.ts';
import type { Download } from './download.ts';
import { exportTorrent } from './export-torrent.ts';
import { fileRows, pickFile } from './file-names.ts';
import { Library, type EntryKey, type Replaces } from './library.ts';
import { changeLimit, limitList, limitRow } from './limit-list.ts';
import { RateBook, type LimitScope } from './rate-book.ts';
import { noSuch, notUnderWay } from './own-faults.ts';
import { peerRow } from './peer-row.ts';
import { prioritize } from './prioritize.ts';
import { recheckDownload, recheckShare } from './recheck.ts';
import { ShareDesk } from './share-desk.ts';
import type { SharedContent } from './shared-content.ts';
import { keepToldContent } from './told-content.ts';
import { upload } from './upload.ts';
import { waitForDownloads } from './wait-downloads.ts';

const TICK_MS = 1_000;
/** How often open connections are judged anew though nobody's grant changed: certificates end by time alone. */
const EXAMINE_MS = 60_000;

/** Shares, downloads and their commands of one user, from log-in to log-out. */
export class UserTransfers implements TransferCommands {
  readonly shares: ShareDesk;
  readonly downloads: DownloadDesk;
  readonly #desk: Desk;
  readonly #access: UserAccess;
  readonly #readers = new Set<OpenedFile>();
  readonly #stops: (Unsubscribe | Cancel)[] = [];
  /** Names last seen in each group, for completion. */
  readonly #seenFiles = new Map<string, string[]>();
  #announced: readonly OwnContent[] = [];
  #standing = '';
  /** `shares.changes` when that was. */
  #announcedChanges = -1;

  private constructor(desk: Desk) {
    this.#desk = desk;
    this.#access = desk.access;
    this.shares = new ShareDesk(desk);
    this.downloads = new DownloadDesk(desk, this.shares);
  }

  /** Restores what the user shared and downloaded before, and goes on with it. */
  static async open(tools: TransferTools, access: UserAccess, careOf?: CareOf): Promise<UserTransfers> {
    const library = await Library.open(access.userDir, tools.log);
    const rates = await RateBook.open(access.userDir, tools.clock, tools.rates, tools.log);
    const user = new UserTransfers(new Desk(tools, access, library, rates, careOf));
    await user.#begin();
    return user;
  }

  get runs(): Desk['runs'] {
    return this.#desk.runs;
  }

  /** Cuts off everybody at once; resolves when files are closed and entries saved. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    for (const reader of this.#readers) reader.close();
    await Promise.all([this.shares.close(), this.downloads.close()]);
    await this.#desk.rates.close();
  }

  async listFiles(group: string): Promise<FileRow[]> {
    const { gid } = await this.#access.gate.requireMember(group);
    return fileRows(await this.#listing(group, gid));
  }

  async uploadFile(
    path: string,
    group: string,
    onProgress: (progress: HashProgress) => void,
    signal: AbortSignal,
  ): Promise<Uploaded> {
    const ref = await this.#access.gate.requireMember(group);
    const uploaded = await upload(this.#desk, this.shares, ref, path, { onProgress, signal });
    this.#announce();
    return uploaded;
  }

  async downloadFile(
    group: string,
    file: string,
    destination: string,
    terms: DownloadTerms = {},
    replaces?: Replaces,
  ): Promise<DownloadStarted> {
    const ref = await this.#access.gate.requireMember(group);
    const listing = await this.#listing(group, ref.gid);
    const order = await orderDownload(this, ref, listing, file, destination, terms);
    await keepToldContent(this.#desk, order, listing.shares);
    const settled = await settleTerms(this.#desk, order);
    const download = await this.downloads.add({ ...settled, ...(replaces && { replaces }) });
    this.#announce();
    this.downloads.schedule();
    const { name, root, size } = download.entry;
    return { file: name, path: root, size, queued: !download.isRunning && this.downloads.isBusy };
  }

  showDownloads(): Promise<DownloadRow[]> {
    return Promise.resolve(this.downloads.all.map((download) => download.row()));
  }

  async stopShare(group: string, file: string): Promise<void> {
    const share = await this.#own([...this.shares.all], group, file, 'NOT_SHARING');
    await this.shares.remove(share, 'no longer shared');
    await this.#forgetLimits();
    this.#announce();
  }

  async pauseDownload(group: string, file: string): Promise<void> {
    const download = await this.#ownDownload(group, file);
    if (!download.isWanted) throw notUnderWay(download, 'to pause');
    await this.downloads.pause(download);
    this.#announce();
  }

  async resumeDownload(group: string, file: string): Promise<void> {
    const download = await this.#ownDownload(group, file);
    if (download.entry.state === 'complete') throw notUnderWay(download, 'to resume');
    await this.#access.gate.requireMember(group);
    if (!download.isWanted) this.downloads.resume(download);
    this.#announce();
  }

  async cancelDownload(group: string, file: string): Promise<{ kept: boolean }> {
    const download = await this.#ownDownload(group, file);
    const kept = download.state === 'C';
    await this.#remove(download);
    return { kept };
  }

  /** Begins to fetch a newer version of what lies at `place`, by which it is replaced when it is whole. Rejects as `downloadFile`. */
  async downloadNewer(group: string, file: string, replaces: Replaces): Promise<DownloadStarted> {
    const incoming = await incomingFolder(dirname(replaces.place));
    return this.downloadFile(group, file, incoming, {}, replaces);
  }

  /** Ends a download that is not complete, if there is one. */
  async dropUnfinished(key: EntryKey): Promise<void> {
    const download = this.downloads.get(key);
    if (download && download.entry.state !== 'complete') await this.#remove(download);
  }

  async listContentFiles(group: string, file: string): Promise<ContentFileRow[]> {
    return contentFiles(this.#desk, this, await this.#ownContent(group, file), file);
  }

  async pieceMap(group: string, file: string): Promise<PieceMap> {
    return contentPieces(this.#desk, this, await this.#ownContent(group, file), file);
  }

  async setPriority(
    group: string,
    file: string,
    paths: readonly string[] | undefined,
    priority: FilePriority,
  ): Promise<void> {
    const download = await this.#ownDownload(group, file);
    if (download.entry.state === 'complete' && !download.isServing) throw notUnderWay(download, 'to choose');
    await prioritize(this.#desk, this.downloads, download, paths, priority);
  }

  async openContent(group: string, file: string, path: string | undefined): Promise<ContentReader> {
    for (const reader of this.#readers) if (reader.isClosed) this.#readers.delete(reader);
    const reader = await openContent(this.#desk, this, await this.#ownContent(group, file), file, path);
    this.#readers.add(reader);
    return reader;
  }

  async recheck(group: string, file: string): Promise<Rechecked> {
    const entry = await this.#ownContent(group, file);
    const download = this.downloads.get(entry);
    const share = this.shares.get(entry);
    if (download) return recheckDownload(this.#desk, this, download);
    if (share) return recheckShare(this.#desk, this.shares, share);
    throw noSuch('NO_SUCH_FILE', file, group);
  }

  waitDownloads(seconds: number | undefined, signal: AbortSignal): Promise<Waited> {
    return waitForDownloads(this.downloads, this.#desk.tools.clock, seconds, signal);
  }

  async showPeers(group: string, file: string): Promise<PeerRow[]> {
    const entry = await this.#ownContent(group, file);
    const rows = this.shares.get(entry)?.peers() ?? this.downloads.get(entry)?.peers() ?? [];
    return rows.map((row) => peerRow(this.#access.gate, row));
  }

  async exportTorrent(group: string, file: string, folder: string): Promise<Exported> {
    const ref = await this.#access.gate.requireMember(group);
    const listing = await this.#listing(group, ref.gid);
    const own = [...this.downloads.inGroup(ref.gid), ...this.shares.inGroup(ref.gid)].map(
      ({ entry }) => entry,
    );
    const trackers = await this.#access.gate.announceUrls(ref.gid);
    return exportTorrent(this.#desk, { group: ref, file, folder, own, listing, trackers });
  }

  async setLimit(
    direction: LimitDirection,
    bytesPerSecond: number | undefined,
    group: string | undefined,
    file: string | undefined,
  ): Promise<LimitRow> {
    const scope = await this.#limitScope(group, file);
    await changeLimit(this.#desk, scope, direction, bytesPerSecond);
    this.#desk.tools.onChange();
    return limitRow(this.#desk, scope, this.#desk.rates.of(scope), this.#nameOf);
  }

  limits(): Promise<Limits> {
    return Promise.resolve(limitList(this.#desk, this.#nameOf));
  }

  exemptLan(exempt: boolean): Promise<void> {
    return this.#desk.rates.exemptLan(exempt);
  }

  async setSchedule(rules: readonly ScheduleRule[]): Promise<Limits> {
    await this.#desk.rates.setSchedule(rules);
    return this.limits();
  }

  /** Known names, for completion. */
  names(kind: 'file' | 'download' | 'share', group: string | undefined): string[] {
    if (kind === 'file' && group === undefined) return [];
    const seen = kind === 'file' ? (this.#seenFiles.get(fold(group ?? '')) ?? []) : [];
    const items: { readonly entry: EntryKey & { readonly name: string } }[] = [];
    if (kind !== 'share') items.push(...this.downloads.all);
    if (kind !== 'download') items.push(...this.shares.all);
    const here = items.filter(({ entry }) => group === undefined || this.#isIn(entry.gid, group));
    return [...new Set([...seen, ...here.map(({ entry }) => entry.name)])];
  }

  async #begin(): Promise<void> {
    const { gate, presence } = this.#access;
    this.#stops.push(
      gate.onGroupChanged((gid) => this.#onGroupChanged(gid)),
      presence.onPeers((gid, content) => {
        this.shares.onPeers(gid, content);
        this.downloads.onPeers(gid, content);
      }),
      // At once: others find this device by what it announces.
      this.downloads.onChange(() => {
        this.#announce();
        this.#desk.tools.onChange();
      }),
      every(this.#desk.tools.clock, TICK_MS, () => this.#tick()),
      every(this.#desk.tools.clock, EXAMINE_MS, () => {
        for (const { gid } of gate.memberGroups()) this.#desk.examineGroup(gid);
      }),
    );
    await this.shares.restore();
    await this.downloads.restore();
    await this.#forgetLimits();
    this.#announce();
  }

  #tick(): void {
    const nowMs = this.#desk.clockMs;
    this.shares.tick(nowMs);
    this.downloads.tick(nowMs);
    const standing = this.downloads.standing();
    if (standing !== this.#standing) this.#desk.tools.onChange();
    this.#standing = standing;
    const isMoving = this.downloads.all.some((download) => download.isWanted);
    if (isMoving || this.#announcedChanges !== this.shares.changes) this.#announce();
  }

  #onGroupChanged(gid: GroupId): void {
    this.#desk.examineGroup(gid);
    const work = Promise.all([this.shares.onGroupChanged(gid), this.downloads.onGroupChanged(gid)]);
    void work.then(() => this.#announce());
  }

  /** Tells presence what this device has now, if that has changed. */
  #announce(): void {
    this.#announcedChanges = this.shares.changes;
    const rounded = ({ have, ...rest }: OwnContent): OwnContent => ({
      ...rest,
      have: Math.floor(have * 100) / 100,
    });
    const contents = [...this.shares.announced(), ...this.downloads.announced()].map(rounded);
    const isSame =
      contents.length === this.#announced.length &&
      contents.every((content, at) => sameContent(content, this.#announced[at]));
    if (isSame) return;
    this.#announced = contents;
    this.#access.presence.announce(contents);
  }

  async #listing(group: string, gid: GroupId): Promise<GroupFiles> {
    const listing = await this.#access.shares.listFiles(gid);
    this.#seenFiles.set(fold(group), [...new Set(listing.shares.map((share) => share.name))]);
    return listing;
  }

  readonly #nameOf = (key: EntryKey): string | undefined =>
    (this.downloads.get(key) ?? this.shares.get(key))?.entry.name;

  async #remove(download: Download): Promise<void> {
    await this.downloads.remove(download);
    await this.#forgetLimits();
    this.#announce();
  }

  /** A limit goes with what it was set on. */
  async #forgetLimits(): Promise<void> {
    for (const { gid, content } of this.#desk.rates.standing()) {
      if (gid === undefined || content === undefined) continue;
      if (this.#nameOf({ gid, content }) === undefined) await this.#desk.rates.forget({ gid, content });
    }
  }

  async #limitScope(group: string | undefined, file: string | undefined): Promise<LimitScope> {
    if (group === undefined) return {};
    if (file !== undefined) return this.#ownContent(group, file);
    const standing = this.#desk.rates.standing().flatMap(({ gid }) => gid ?? []);
    const known = [...this.#access.gate.memberGroups().map(({ gid }) => gid), ...standing];
    const gid = known.find((each) => this.#isIn(each, group));
    return { gid: gid ?? (await this.#access.gate.requireMember(group)).gid };
  }

  /** What of this user's own a file of a group is, shared, fetched or both. */
  async #ownContent(group: string, file: string): Promise<EntryKey> {
    const owned: (Download | SharedContent)[] = [...this.downloads.all];
    for (const share of this.shares.all) if (!this.downloads.get(share.entry)) owned.push(share);
    const { entry } = await this.#own(owned, group, file, 'NO_SUCH_FILE');
    return { gid: entry.gid, content: entry.content };
  }

  #ownDownload(group: string, file: string): Promise<Download> {
    return this.#own(this.downloads.all, group, file, 'NO_SUCH_DOWNLOAD');
  }

  /** One of this user's own, by group and name; a group that was left counts as long as something of it is here. */
  async #own<T extends { readonly entry: EntryKey & { readonly name: string } }>(
    items: readonly T[],
    group: string,
    file: string,
    missing: 'NOT_SHARING' | 'NO_SUCH_DOWNLOAD' | 'NO_SUCH_FILE',
  ): Promise<T> {
    const here = items.filter(({ entry }) => this.#isIn(entry.gid, group));
    const named = here.map((item) => ({ name: item.entry.name, content: item.entry.content, item }));
    const picked = pickFile(named, file);
    if (picked) return picked.item;
    await this.#access.gate.requireMember(group);
    throw noSuch(missing, file, group);
  }

  #isIn(gid: GroupId, group: string): boolean {
    return sameLabel(this.#access.gate.labelOfGroup(gid), group);
  }
}

const fold = (label: string): string => label.toLowerCase();

function sameContent(a: OwnContent, b: OwnContent | undefined): boolean {
  return (
    b !== undefined &&
    a.gid === b.gid &&
    a.content === b.content &&
    a.infoHash === b.infoHash &&
    a.have === b.have &&
    a.seed === b.seed
  );
}
