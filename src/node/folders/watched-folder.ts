import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError, deferred, diskError, type Gate } from '../../base/index.ts';
import type { WatchRow } from '../commands.ts';
import type { OwnDownload, OwnShare } from '../seams.ts';
import { lookAtEntry, type EntryLook } from './entry-look.ts';
import { FaultList } from './fault-list.ts';
import type { KeptWatch } from './folder-book.ts';
import { FolderHints } from './folder-hints.ts';
import { folderIdentity } from './folder-identity.ts';
import type { FolderTools, FolderUser } from './folder-tools.ts';
import { GoneShares } from './gone-shares.ts';
import { isBeingWritten, isLeftOut } from './left-out.ts';
import { LookLoop, type Looked } from './look-loop.ts';
import { namesOpenForWriting } from './open-files.ts';
import { isBeingDownloaded, SETTLE_MS, WatchedEntry } from './watched-entry.ts';

const ENTRIES_MAX = 5_000;
/** Without a hint the folder is looked at so often: not all file systems give any. */
const SLOW_MS = 10_000;
/** What could not be shared as it is gets another try after so long. */
const AGAIN_MS = 10 * 60_000;
/** Which files are open for writing is looked up anew after so long. */
const OPEN_FILES_MS = 5_000;
/** Of what faults are that concern no single entry: no entry has such a name. */
const [FOLDER, MANY, TRACKER, BUG] = ['/', '/many', '/tracker', '/bug'] as const;

export interface WatchSurroundings {
  readonly user: FolderUser;
  readonly tools: FolderTools;
  /** One file is hashed at a time. */
  readonly uploads: Gate;
  /** What is kept of it has changed. */
  readonly save: () => void;
}

/** What else counts for an entry. */
interface Neighbourhood {
  /** All names in the folder. */
  readonly beside: ReadonlySet<string>;
  readonly downloads: readonly OwnDownload[];
}

/** Shares what appears in a folder, as soon as it is complete, and what changes there; withdraws what is gone. */
export class WatchedFolder {
  readonly kept: KeptWatch;
  /** Resolves when the folder has been looked at for the first time. */
  readonly lookedAt: Promise<void>;
  readonly #around: WatchSurroundings;
  readonly #loop: LookLoop;
  readonly #hints: FolderHints;
  readonly #faults = new FaultList();
  readonly #first = deferred<void>();
  /** Ends the upload under way. */
  #upload = new AbortController();
  #isClosed = false;
  readonly #entries = new Map<string, WatchedEntry>();
  readonly #gone: GoneShares;
  /** Entries that could not be shared as they look, and when they are tried again. */
  readonly #refused = new Map<string, { readonly digest: string; readonly untilMs: number }>();
  #open = { names: new Set<string>(), atMs: -Infinity };
  #shared = 0;
  #waiting = 0;
  #toldRow = '';

  constructor(kept: KeptWatch, around: WatchSurroundings) {
    this.kept = kept;
    this.#around = around;
    this.lookedAt = this.#first.promise;
    this.#loop = new LookLoop(
      around.tools.clock,
      () => this.#look(),
      (error) => this.#onBug(error),
    );
    this.#hints = new FolderHints(kept.path, () => this.#loop.hint());
    this.#gone = new GoneShares(around.tools);
  }

  get row(): WatchRow {
    const { path } = this.kept;
    return {
      path,
      group: this.group,
      shared: this.#shared,
      waiting: this.#waiting,
      fault: this.#faults.summary,
    };
  }

  /** Its label as it stands now. */
  get group(): string {
    return this.#around.user.gate.labelOfGroup(this.kept.gid);
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends what it is at. What it has shared stays shared. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#upload.abort();
    this.#hints.close();
    await this.#loop.close();
    this.#first.resolve();
  }

  /** Whether it looks after what lies at `root` in this group. */
  caresFor({ gid, root }: Pick<OwnShare, 'gid' | 'root'>): boolean {
    return this.kept.gid === gid && dirname(root) === this.kept.path;
  }

  /**
   * Why a share below it is not as it was: its disk is away, or it has changed. Undefined if nothing can be seen of that, as when its
   * bytes can't be read any more: it is not shared again then until it changes.
   */
  async careOf({ root, stamps }: Pick<OwnShare, 'root' | 'stamps'>): Promise<'away' | 'watched' | undefined> {
    const identity = await folderIdentity(this.kept.path).catch(() => undefined);
    if (identity !== this.kept.identity) return 'away';
    const look = await this.#lookAt(basename(root));
    if (look && this.#entryOf(basename(root)).isAsShared(look, stamps)) return undefined;
    this.#loop.hint();
    return 'watched';
  }

  /** A share has been ended by the user: if it was one of these, it is not begun again as long as the file is the same. */
  onShareEnded(): void {
    const shares = this.#ownShares();
    for (const [name, entry] of this.#entries) {
      const digest = entry.endedAs();
      if (digest !== undefined && !shares.has(name)) this.#letBe(name, digest);
    }
    this.#loop.hint();
  }

  #onBug(error: unknown): void {
    const { log, warn } = this.#around.tools;
    const text = `${this.kept.path}: something went wrong that should not (${String(error)}); it is tried again`;
    log.error('folder.bug', {
      path: this.kept.path,
      reason: error instanceof Error ? error.stack : String(error),
    });
    this.#faults.set(BUG, text);
    this.#first.resolve();
    if (!this.#isClosed) this.#faults.tell(warn, this.kept.path);
  }

  async #look(): Promise<Looked> {
    const { clock, warn } = this.#around.tools;
    const startMs = clock.nowMs();
    const names = await this.#names();
    const ready = names ? await this.#survey(names) : [];
    const tookMs = clock.nowMs() - startMs;
    this.#first.resolve();
    this.#tellChange();
    this.#faults.clear(TRACKER);
    for (const name of ready) {
      await this.#around.uploads.run(() => this.#share(name));
      if (this.#faults.has(TRACKER)) break;
    }
    if (!this.#isClosed) this.#faults.tell(warn, this.kept.path);
    this.#faults.clear(BUG);
    this.#tellChange();
    // A folder that is away gives no hint when it comes back, and asking costs little.
    const isSoon = names === undefined || this.#waiting > 0 || this.#gone.isWaiting;
    return { tookMs, nextMs: isSoon ? SETTLE_MS : SLOW_MS };
  }

  /** Lists show it by `row`: they are told only of what they would see. */
  #tellChange(): void {
    const row = JSON.stringify(this.row);
    if (row === this.#toldRow) return;
    this.#toldRow = row;
    this.#around.tools.changed();
  }

  /** What stands in the folder; undefined if it can't be said. */
  async #names(): Promise<string[] | undefined> {
    const { path, gid } = this.kept;
    if (!this.#around.user.gate.memberGroups().some((group) => group.gid === gid)) {
      return this.#idle(`you are not in ${this.group}: nothing is shared there`, true);
    }
    try {
      const identity = await folderIdentity(path);
      const names = await readdir(path);
      // After the end nothing is known of shares, by which a folder is known again.
      if (this.#isClosed) return undefined;
      if (identity !== this.kept.identity && !this.#isSameFolder(names)) {
        return this.#idle(
          `${path}: another folder stands in its place, as if its disk were away: nothing is shared or withdrawn; if it is right, unwatch_folder and watch_folder it`,
        );
      }
      this.#recognise(identity);
      this.#hints.listen(identity);
      this.#faults.clear(FOLDER);
      return names;
    } catch (error) {
      const { message } = diskError(error, path);
      return this.#idle(`${message} (watched for ${this.group}; nothing is withdrawn)`);
    }
  }

  #idle(fault: string, quiet = false): undefined {
    this.#faults.set(FOLDER, fault, quiet);
    this.#gone.clear();
    this.#waiting = 0;
  }

  /** A disk may come back under another number: then what was shared is there. */
  #isSameFolder(names: readonly string[]): boolean {
    const shares = this.#ownShares();
    return shares.size === 0 || names.some((name) => shares.has(name));
  }

  #recognise(identity: string): void {
    if (identity === this.kept.identity) return;
    this.kept.identity = identity;
    this.#around.save();
  }

  /** Judges every entry. Resolves to the names of those that can be shared now. */
  async #survey(all: readonly string[]): Promise<string[]> {
    const beside = new Set(all);
    const names = all.filter((name) => !isLeftOut(name)).toSorted();
    this.#noteCount(names.length);
    const shares = this.#ownShares();
    const downloads = this.#around.tools.transfers.ownDownloads();
    await this.#gone.withdraw(this.group, beside, shares);
    this.#forgetOthers(beside);
    let [shared, waiting] = [0, 0];
    const ready: string[] = [];
    for (const name of names.slice(0, ENTRIES_MAX)) {
      if (this.#isClosed) return [];
      const state = await this.#judge(name, shares.get(name), { beside, downloads });
      if (state === 'shared') shared += 1;
      if (state === 'waiting' || state === 'complete') waiting += 1;
      if (state === 'complete') ready.push(name);
    }
    this.#shared = shared;
    this.#waiting = waiting;
    return ready;
  }

  #noteCount(count: number): void {
    if (count <= ENTRIES_MAX) return this.#faults.clear(MANY);
    this.#faults.set(
      MANY,
      `${this.kept.path}: only its first ${ENTRIES_MAX} entries are shared: put the others into folders`,
    );
  }

  async #judge(name: string, share: OwnShare | undefined, { beside, downloads }: Neighbourhood) {
    const look = await this.#lookAt(name);
    // After the end nothing is known of shares.
    if (look === undefined || this.#isClosed) return undefined;
    const nowMs = this.#around.tools.clock.nowMs();
    const entry = this.#entryOf(name);
    const state = entry.judge(look, share, this.kept.stopped[name], nowMs);
    if (state === 'shared') this.#onShared(name);
    if (state === 'stopped') this.#letBe(name, look.digest);
    if (state !== 'complete') return state;
    const refused = this.#refused.get(name);
    if (refused?.digest === look.digest && nowMs < refused.untilMs) return undefined;
    const isBusy = isBeingWritten(name, beside) || isBeingDownloaded(this.#pathOf(name), downloads);
    return isBusy ? 'waiting' : 'complete';
  }

  /** Undefined for what is not there, or is nothing to share: why not is noted. */
  async #lookAt(name: string): Promise<EntryLook | undefined> {
    try {
      const look = await lookAtEntry(this.#pathOf(name));
      if (!this.#refused.has(name)) this.#faults.clear(name);
      return look;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#faults.set(name, error.message);
      return undefined;
    }
  }

  /** Shares an entry if it is still as it was judged. */
  async #share(name: string): Promise<void> {
    const { transfers, clock, log } = this.#around.tools;
    this.#upload = new AbortController();
    const { signal } = this.#upload;
    const entry = this.#entryOf(name);
    const around = { beside: new Set<string>(), downloads: transfers.ownDownloads() };
    const state = this.#isClosed ? undefined : await this.#judge(name, this.#ownShares().get(name), around);
    if (state !== 'complete') return;
    if ((await this.#openForWriting()).has(name)) return entry.unsettle(clock.nowMs());
    try {
      await transfers.uploadFile(this.#pathOf(name), this.group, () => undefined, signal);
      log.info('folder.shared', { path: this.#pathOf(name) });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.code !== 'ALREADY_SHARED') return this.#onNotShared(name, error);
    }
    entry.onShared();
    this.#onShared(name);
    this.#shared += 1;
    this.#waiting -= 1;
    this.#tellChange();
  }

  #onNotShared(name: string, error: CommandError): void {
    const nowMs = this.#around.tools.clock.nowMs();
    const entry = this.#entryOf(name);
    this.#around.tools.log.info('folder.not-shared', { path: this.#pathOf(name), reason: error.message });
    if (this.#isClosed || error.code === 'NOT_LOGGED_IN') return;
    // It changes after all, or is gone: the next look tells.
    if (error.code === 'FILE_CHANGED' || error.code === 'FILE_NOT_FOUND') return entry.unsettle(nowMs);
    if (error.code === 'NO_TRACKER') {
      this.#faults.set(TRACKER, error.message, true);
      return;
    }
    this.#refused.set(name, { digest: entry.digest, untilMs: nowMs + AGAIN_MS });
    this.#faults.set(name, error.message);
  }

  #onShared(name: string): void {
    this.#refused.delete(name);
    this.#faults.clear(name);
    if (this.kept.stopped[name] === undefined) return;
    delete this.kept.stopped[name];
    this.#around.save();
  }

  /** The user wants this file not to be shared, as long as it looks so. */
  #letBe(name: string, digest: string): void {
    if (this.kept.stopped[name] === digest) return;
    this.kept.stopped[name] = digest;
    this.#around.save();
  }

  #forgetOthers(there: ReadonlySet<string>): void {
    for (const names of [this.#entries, this.#refused]) {
      for (const name of names.keys()) if (!there.has(name)) names.delete(name);
    }
    this.#faults.keepOnly((of) => of.startsWith(FOLDER) || there.has(of));
    const gone = Object.keys(this.kept.stopped).filter((name) => !there.has(name));
    for (const name of gone) delete this.kept.stopped[name];
    if (gone.length > 0) this.#around.save();
  }

  async #openForWriting(): Promise<ReadonlySet<string>> {
    const nowMs = this.#around.tools.clock.nowMs();
    if (nowMs - this.#open.atMs >= OPEN_FILES_MS) {
      this.#open = { names: await namesOpenForWriting(this.kept.path), atMs: nowMs };
    }
    return this.#open.names;
  }

  /** Shares in this group of what lies directly in the folder, by its name there. */
  #ownShares(): Map<string, OwnShare> {
    const here = this.#around.tools.transfers.ownShares().filter((share) => this.caresFor(share));
    return new Map(here.map((share) => [basename(share.root), share]));
  }

  #entryOf(name: string): WatchedEntry {
    const there = this.#entries.get(name) ?? new WatchedEntry();
    this.#entries.set(name, there);
    return there;
  }

  #pathOf(name: string): string {
    return join(this.kept.path, name);
  }
}
