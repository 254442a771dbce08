import type { CommandError, ContentId, GroupId } from '../../base/index.ts';
import type { Bitfield, Content } from '../../metainfo/index.ts';
import type { Priority } from '../../swarm/index.ts';
import type { OwnContent } from '../seams.ts';
import { Chores } from './chores.ts';
import type { Desk } from './desk.ts';
import { Download } from './download.ts';
import type { Completed, DownloadEvents } from './download-events.ts';
import type { DownloadEntry, EntryKey, Replaces } from './library.ts';
import type { ShareDesk } from './share-desk.ts';
import { takePlace } from './take-place.ts';
import { shareEntry } from './upload.ts';

/** Downloads at work that somebody serves; the others wait for their turn. */
const ACTIVE_MAX = 4;

/** Who comes first. */
const PRIORITY_ORDER: readonly DownloadEntry['priority'][] = ['high', 'normal', 'low'];

/** A download that is new to the list. */
export type DownloadOrder = Omit<DownloadEntry, 'heldBytes' | 'position'>;

const keyOf = ({ gid, content }: EntryKey): string => `${gid}/${content}`;

/** The downloads of one user on this machine, and whose turn it is. */
export class DownloadDesk {
  readonly #desk: Desk;
  readonly #shares: ShareDesk;
  readonly #downloads = new Map<string, Download>();
  readonly #listeners = new Set<() => void>();
  readonly #chores: Chores;
  #nextPosition = 1;
  #isClosed = false;

  constructor(desk: Desk, shares: ShareDesk) {
    this.#desk = desk;
    this.#shares = shares;
    this.#chores = new Chores(desk.tools.log);
  }

  /** In the order in which they were asked for. */
  get all(): Download[] {
    return [...this.#downloads.values()];
  }

  /** Whether a new one would have to wait for its turn. */
  get isBusy(): boolean {
    const nowMs = this.#desk.clockMs;
    return this.all.filter((download) => download.isWanted && download.holdsSlot(nowMs)).length >= ACTIVE_MAX;
  }

  get(key: EntryKey): Download | undefined {
    return this.#downloads.get(keyOf(key));
  }

  inGroup(gid: GroupId): Download[] {
    return this.all.filter((download) => download.entry.gid === gid);
  }

  async restore(): Promise<void> {
    const entries = await this.#desk.library.downloads();
    for (const entry of entries.toSorted((a, b) => a.position - b.position)) this.#place(entry);
    this.schedule();
  }

  /** Remembers a download and begins it when it is its turn. */
  async add(order: DownloadOrder): Promise<Download> {
    const entry: DownloadEntry = { heldBytes: 0, ...order, position: this.#nextPosition };
    await this.#desk.library.putDownload(entry);
    const download = this.#place(entry);
    this.#changed();
    return download;
  }

  /** Forgets a download; what it has left unfinished on disk is deleted, a complete file never. */
  async remove(download: Download): Promise<void> {
    const isShared = download.entry.state === 'complete' && !download.isServing;
    this.#downloads.delete(keyOf(download.entry));
    if (!isShared) await download.discard();
    download.news.tell();
    await this.#chores.settled();
    await this.#desk.library.removeDownload(download.entry);
    this.#changed();
  }

  async pause(download: Download): Promise<void> {
    download.update({ state: 'paused' });
    await download.stop('paused');
    this.#changed();
  }

  resume(download: Download): void {
    const { code: _, text: __, ...entry } = download.entry;
    download.entry = entry;
    download.update({ state: 'wanted' });
    this.#changed();
  }

  /** What is wanted of a download is chosen anew; one that had all of it goes on. `held`: what is here of it. */
  choose(download: Download, content: Content, held: Bitfield, priorities: readonly Priority[]): void {
    const { isServing } = download;
    download.choose(content, held, priorities);
    if (isServing && download.progress.isLacking) download.update({ state: 'wanted' });
    this.#changed();
  }

  /** Its place among the others. */
  rank(download: Download, priority: DownloadEntry['priority']): void {
    download.update({ priority });
    this.#changed();
  }

  /** What presence is told: what is wanted now, in whatever state, and what is here of what others may want. */
  announced(): OwnContent[] {
    const announced = this.all.filter((each) => each.isWanted || this.#mayServe(each));
    return announced
      .filter(({ entry }) => this.#desk.access.gate.contextFor(entry.gid))
      .map((each) => each.announced);
  }

  onPeers(gid: GroupId, content: ContentId): void {
    this.get({ gid, content })?.onPeers();
    this.schedule();
  }

  /** Membership or authority changed: what runs begins anew under the new one, or fails and says why. */
  async onGroupChanged(gid: GroupId): Promise<void> {
    const credentials = this.#desk.access.gate.contextFor(gid);
    const outdated = this.inGroup(gid).filter(
      (each) => each.run && (credentials === undefined || !each.context.isOf(credentials)),
    );
    await Promise.all(outdated.map((each) => each.stop('the group changed')));
    if (credentials === undefined) {
      for (const each of this.inGroup(gid)) if (each.isWanted) each.start();
    }
    this.schedule();
  }

  tick(nowMs: number): void {
    for (const download of this.all) download.tick(nowMs);
    this.schedule();
  }

  /**
   * Gives the places of downloads that are served by nobody to those that wait: first what somebody reads, then by
   * priority, then as they were asked for.
   */
  schedule(): void {
    if (this.#isClosed) return;
    const nowMs = this.#desk.clockMs;
    let places = ACTIVE_MAX;
    for (const download of this.#inTurn()) {
      if (download.holdsSlot(nowMs)) {
        places -= 1;
        if (places < 0) this.#chores.add('download.stop-failed', download.stop('others came first'));
      } else if (!download.isRunning && download.canStart && places > 0) {
        places -= 1;
        download.start();
      }
    }
    for (const download of this.all) if (!download.isRunning && this.#mayServe(download)) download.start();
  }

  #inTurn(): Download[] {
    const turn = ({ readers, entry }: Download): number =>
      readers > 0 ? -1 : PRIORITY_ORDER.indexOf(entry.priority);
    const wanted = this.all.filter((download) => download.isWanted);
    return wanted.sort((a, b) => turn(a) - turn(b) || a.entry.position - b.entry.position);
  }

  /** Who is complete without having everything serves as a share does, unless there is one, and takes no place. */
  #mayServe({ isServing, entry }: Download): boolean {
    const isMember = this.#desk.access.gate.contextFor(entry.gid) !== undefined;
    return isServing && isMember && !this.#shares.get(entry);
  }

  /** State and remark of all that are not complete: the list shows something else when it does. */
  standing(): string {
    const rows = this.all.filter(({ entry }) => entry.state !== 'complete').map((download) => download.row());
    return rows.map(({ state, remark }) => `${state} ${remark}`).join('\n');
  }

  /** Calls `listener` whenever a download's state changed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Stops all at once; resolves when files are closed and entries saved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.all.map((download) => download.stop('logged out')));
    for (const download of this.all)
      if (download.entry.state !== 'complete') download.update(download.progress.kept);
    await this.#chores.settled();
    this.#downloads.clear();
    this.#changed();
  }

  #place(entry: DownloadEntry): Download {
    const events: DownloadEvents = {
      onRunning: () => this.#changed(),
      onChanged: (download) => this.#save(download),
      onHeld: (download) => this.#chores.add('download.stop-failed', this.pause(download)),
      onCompleted: (download, completed) => this.#onCompleted(download, completed),
      onChosenComplete: (download) => this.#tellComplete(download),
      onFailed: (download, error) => this.#onFailed(download, error),
    };
    const download = new Download(this.#desk, entry, events);
    this.#downloads.set(keyOf(entry), download);
    this.#nextPosition = Math.max(this.#nextPosition, entry.position + 1);
    return download;
  }

  #save({ entry }: Download): void {
    this.#chores.add('download.not-kept', this.#desk.library.putDownload(entry));
  }

  /** What one has fetched one offers: files outlive their uploader. */
  async #onCompleted(download: Download, fetched: Completed): Promise<void> {
    const { replaces } = download.entry;
    const completed = replaces ? await this.#replace(download, replaces, fetched) : fetched;
    const { gid, root, content: id } = download.entry;
    const { content, stamps, served } = completed;
    const entry = { ...shareEntry(gid, content, root, stamps), copy: true };
    await this.#shares.add(entry, content, served, download.ledger);
    completed.handOver((error) => this.#shares.onUnreadable({ gid, content: id }, error));
    this.#shares.publishPending();
    download.update({ state: 'complete', ...download.progress.kept, adopt: false, choice: undefined });
    this.#tellComplete(download);
  }

  /** It is served anew from its new place. */
  async #replace(download: Download, replaces: Replaces, completed: Completed): Promise<Completed> {
    const { served } = completed;
    if (served) await this.#desk.endRun(served.run, 'it takes its place');
    await served?.files.close();
    const { gid } = download.entry;
    const older = await takePlace(this.#desk, this.#shares, download.entry, replaces);
    download.update({ root: replaces.place, replaces: undefined });
    for (const content of replaces.contents) await this.#forgetOlder({ gid, content }, replaces.place);
    if (older) this.#chores.add('share.not-withdrawn', this.#shares.remove(older, 'a newer version came'));
    return { ...completed, served: undefined };
  }

  async #forgetOlder(key: EntryKey, place: string): Promise<void> {
    const older = this.get(key)?.entry;
    if (older?.state !== 'complete' || older.root !== place) return;
    this.#downloads.delete(keyOf(key));
    await this.#desk.library.removeDownload(key);
  }

  #tellComplete({ entry: { gid, name, root } }: Download): void {
    this.#desk.tools.emit({ type: 'complete', group: this.#desk.label(gid), file: name, path: root });
    this.#changed();
  }

  #onFailed(download: Download, { code, message }: CommandError): void {
    const { gid, name } = download.entry;
    this.#desk.tools.emit({ type: 'failed', group: this.#desk.label(gid), file: name, code, text: message });
    this.#changed();
  }

  #changed(): void {
    this.schedule();
    const listeners = [...this.#listeners];
    for (const listener of listeners) listener();
  }
}
