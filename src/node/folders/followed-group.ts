import { join } from 'node:path';
import { CommandError, type ContentId } from '../../base/index.ts';
import { examineDestination, freeBytesOn, isAsideName } from '../../storage/index.ts';
import type { FollowRow } from '../commands.ts';
import type { OwnDownload, OwnShare } from '../seams.ts';
import { offeredFiles, pickFile, type OfferedFile } from '../transfers/file-names.ts';
import { FaultList } from './fault-list.ts';
import { FetchedFiles } from './fetched-files.ts';
import type { KeptFollow } from './folder-book.ts';
import { folderIdentity } from './folder-identity.ts';
import type { FolderTools, FolderUser } from './folder-tools.ts';
import { LookLoop, type Looked } from './look-loop.ts';
import { nameFilter, type NameFilter } from './name-patterns.ts';
import { withoutOldCopies } from './newer-version.ts';

/** Without a hint the group is looked at so often. */
const SLOW_MS = 60_000;
/** Downloads of one group under way; more are begun as these end. */
const UNDER_WAY_MAX = 16;
/** What could not be begun gets another try after so long. */
const AGAIN_MS = 5 * 60_000;
/** Places that are looked at in one look, lest a folder of thousands be read thousands of times. */
const EXAMINED_MAX = 100;
/** Contents that are remembered; of more than that the oldest that nobody offers any more are forgotten. */
const REMEMBERED_MAX = 20_000;
/** Of what faults are that concern no single file: no file has such a name. */
const [FOLDER, SPACE, TRACKER, BUG] = ['/', '/space', '/tracker', '/bug'] as const;

type Place = 'free' | 'older' | 'taken';

export interface FollowSurroundings {
  readonly user: FolderUser;
  readonly tools: FolderTools;
  /** What is kept of it has changed. */
  readonly save: () => void;
}

/**
 * Downloads into a folder what others share in a group, each content once; what they replace by a newer version is replaced there, too,
 * and kept beside it. Nothing else on disk is touched.
 */
export class FollowedGroup {
  readonly kept: KeptFollow;
  readonly #around: FollowSurroundings;
  readonly #loop: LookLoop;
  readonly #faults = new FaultList();
  readonly #isWantedName: NameFilter;
  /** What could not be begun, and when it is tried again. */
  readonly #again = new Map<ContentId, number>();
  readonly #begun: Set<ContentId>;
  readonly #own: Set<ContentId>;
  readonly #fetched: FetchedFiles;
  #waiting = 0;
  #toldRow = '';
  #isClosed = false;

  /** Throws INVALID_ARGUMENTS for a pattern that is none. */
  constructor(kept: KeptFollow, around: FollowSurroundings) {
    this.kept = kept;
    this.#around = around;
    this.#begun = new Set(kept.begun);
    this.#own = new Set(kept.own);
    this.#fetched = new FetchedFiles(kept.gid, kept.fetched, around.tools.transfers);
    this.#isWantedName = nameFilter(kept.terms.patterns);
    this.#loop = new LookLoop(
      around.tools.clock,
      () => this.#look(),
      (error) => this.#onBug(error),
    );
  }

  get row(): FollowRow {
    const { folder, terms } = this.kept;
    const { fetched, underWay } = this.#progress();
    const waiting = this.#waiting + underWay;
    return { group: this.group, folder, ...terms, fetched, waiting, fault: this.#faults.summary };
  }

  /** Its label as it stands now. */
  get group(): string {
    return this.#around.user.gate.labelOfGroup(this.kept.gid);
  }

  start(): void {
    this.#loop.start();
  }

  /** The group's files, or this user's downloads, may have changed. */
  hint(): void {
    this.#loop.hint();
  }

  /** Downloads that it has begun go on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#loop.close();
  }

  #onBug(error: unknown): void {
    const { log, warn } = this.#around.tools;
    const text = `${this.kept.folder}: something went wrong that should not (${String(error)}); it is tried again`;
    log.error('folder.bug', {
      path: this.kept.folder,
      reason: error instanceof Error ? error.stack : String(error),
    });
    this.#faults.set(BUG, text);
    if (!this.#isClosed) this.#faults.tell(warn, this.kept.folder);
  }

  async #look(): Promise<Looked> {
    const { clock, warn } = this.#around.tools;
    const startMs = clock.nowMs();
    const offers = await this.#offers();
    const tookMs = clock.nowMs() - startMs;
    if (offers) await this.#beginAll(offers);
    if (!this.#isClosed) this.#faults.tell(warn, `following ${this.group}`);
    this.#faults.clear(BUG);
    this.#tellChange();
    return { tookMs, nextMs: SLOW_MS };
  }

  /** Lists show it by `row`: they are told only of what they would see. */
  #tellChange(): void {
    const row = JSON.stringify(this.row);
    if (row === this.#toldRow) return;
    this.#toldRow = row;
    this.#around.tools.changed();
  }

  /** What is offered in the group; undefined if it can't be said, or could not be put anywhere. */
  async #offers(): Promise<OfferedFile[] | undefined> {
    const { gid, folder } = this.kept;
    const { user } = this.#around;
    if (!user.gate.memberGroups().some((group) => group.gid === gid)) {
      this.#faults.set(FOLDER, `you are not in ${this.group}: nothing is fetched there`, true);
      return undefined;
    }
    try {
      await folderIdentity(folder);
      this.#faults.clear(FOLDER);
    } catch (error) {
      this.#onFault(
        FOLDER,
        error,
        `; ${this.group} is followed into it: nothing is fetched until it is there`,
      );
      return undefined;
    }
    try {
      const offers = offeredFiles((await user.listFiles(gid)).shares);
      this.#faults.clear(TRACKER);
      return offers;
    } catch (error) {
      this.#onFault(TRACKER, error, '', true);
      return undefined;
    }
  }

  async #beginAll(offers: readonly OfferedFile[]): Promise<void> {
    this.#remember(offers);
    const newer = this.#fetched.newerAmong(offers);
    await this.#fetched.dropSuperseded(newer);
    const here = new Set(this.#ours().map(({ content }) => content));
    // It is what was there before, and still is.
    for (const offer of newer.values()) if (here.has(offer.content)) this.#onBegun(offer);
    const wanted = this.#wanted(offers, newer);
    const names = new Set(wanted.map(({ name }) => name));
    const contents = new Set(wanted.map(({ content }) => content));
    for (const content of this.#again.keys()) if (!contents.has(content)) this.#again.delete(content);
    this.#faults.keepOnly((of) => of.startsWith(FOLDER) || names.has(of));
    this.#waiting = wanted.length;
    let room = await this.#room();
    if (room === undefined) return;
    this.#noteSpace(wanted, room);
    const nowMs = this.#around.tools.clock.nowMs();
    const due = wanted.filter(({ content }) => (this.#again.get(content) ?? 0) <= nowMs);
    let { underWay } = this.#progress();
    let examined = 0;
    for (const offer of due) {
      if (offer.size > room) continue;
      examined += 1;
      if (this.#isDone(underWay, examined)) return;
      const place = await this.#placeOf(offer, newer);
      if (place === 'taken' || !(await this.#begin(offer, offers, place))) continue;
      this.#waiting -= 1;
      underWay += 1;
      room -= offer.size;
    }
  }

  #isDone(underWay: number, examined: number): boolean {
    return (
      this.#isClosed || underWay >= UNDER_WAY_MAX || examined > EXAMINED_MAX || this.#faults.has(TRACKER)
    );
  }

  /** What is to be fetched, in the order of names. */
  #wanted(offers: readonly OfferedFile[], newer: ReadonlyMap<string, OfferedFile>): OfferedFile[] {
    const here = new Set(this.#ours().map(({ content }) => content));
    const { sizeMax } = this.kept.terms;
    return withoutOldCopies(offers).filter(
      (offer) =>
        !isAsideName(offer.name) &&
        !here.has(offer.content) &&
        !this.#own.has(offer.content) &&
        (!this.#begun.has(offer.content) || newer.get(offer.name) === offer) &&
        (sizeMax === null || offer.size <= sizeMax) &&
        this.#isWantedName(offer.name),
    );
  }

  #ours(): (OwnShare | OwnDownload)[] {
    const { transfers } = this.#around.tools;
    return [...transfers.ownShares(), ...transfers.ownDownloads()];
  }

  /** What lies where it is to go: nothing, what it is a newer version of, or something else. */
  async #placeOf(offer: OfferedFile, newer: ReadonlyMap<string, OfferedFile>): Promise<Place> {
    const { name, size, files, content } = offer;
    const root = join(this.kept.folder, name);
    try {
      this.#again.set(content, this.#around.tools.clock.nowMs() + AGAIN_MS);
      const { state } = await examineDestination(root, { isFolder: files > 1, size });
      const isOther = this.#ours().some((each) => each.root === root && each.content !== content);
      if (state !== 'taken' && !isOther) {
        this.#faults.clear(name);
        return 'free';
      }
      const isNewer = newer.get(name) === offer;
      const mayBecomeNewer = this.#fetched.isAt(root, name) && this.#fetched.isOfItsOrigins(offer);
      if (isNewer && mayBecomeNewer) return 'older';
      // Who shares a newer version withdraws the older one in a moment.
      if (mayBecomeNewer) this.#again.delete(content);
      const text = `${name} of ${this.group} is not fetched: ${root} is something else; move it away and wait a few minutes, or download_file it elsewhere`;
      this.#faults.set(name, text, mayBecomeNewer);
    } catch (error) {
      this.#onFault(name, error);
    }
    return 'taken';
  }

  /** Bytes that may still be fetched beyond all that is under way, so that the reserve is left; undefined if it can't be said. */
  async #room(): Promise<number | undefined> {
    const { tools } = this.#around;
    const { folder, terms } = this.kept;
    try {
      const pending = tools.transfers.ownDownloads().reduce((sum, each) => sum + each.missingBytes, 0);
      return (await (tools.freeBytes ?? freeBytesOn)(folder)) - pending - terms.reserveBytes;
    } catch (error) {
      this.#onFault(SPACE, error);
      return undefined;
    }
  }

  #noteSpace(wanted: readonly OfferedFile[], room: number): void {
    const { folder, terms } = this.kept;
    const first = wanted.find(({ size }) => size > room);
    if (first === undefined) this.#faults.clear(SPACE);
    else if (!this.#faults.has(SPACE)) {
      const text = `${first.name} of ${this.group} waits: ${folder} would be left with less than the reserve of ${terms.reserveBytes} bytes; free some space`;
      this.#faults.set(SPACE, text);
    }
  }

  /** Whether its download is begun. */
  async #begin(offer: OfferedFile, offers: readonly OfferedFile[], place: Place): Promise<boolean> {
    const { transfers, log } = this.#around.tools;
    const { folder } = this.kept;
    const { name, content, size } = offer;
    const typed = typedFor(offer, offers);
    if (typed === undefined) return false;
    try {
      const replaces = { place: join(folder, name), contents: this.#fetched.contentsOf(name) };
      const started = await (place === 'older'
        ? transfers.downloadNewer(this.group, typed, replaces)
        : transfers.downloadFile(this.group, typed, folder));
      log.info('folder.follows', { path: started.path, content });
      // Others may have shared something else under that very name meanwhile.
      if (started.file !== name || started.size !== size) await transfers.cancelDownload(this.group, typed);
    } catch (error) {
      return this.#onNotBegun(offer, error);
    }
    this.#onBegun(offer);
    return true;
  }

  #onNotBegun(offer: OfferedFile, error: unknown): boolean {
    if (!(error instanceof CommandError)) throw error;
    const { code, message } = error;
    this.#around.tools.log.info('folder.not-begun', { name: offer.name, reason: message });
    if (code === 'ALREADY_DOWNLOADING' || code === 'ALREADY_SHARED') {
      this.#onBegun(offer);
      return true;
    }
    // Gone meanwhile, or this user is.
    if (code === 'NO_SUCH_FILE' || code === 'NOT_A_MEMBER' || code === 'NOT_LOGGED_IN') return false;
    if (code === 'NO_TRACKER') {
      this.#again.delete(offer.content);
      this.#faults.set(TRACKER, message, true);
    } else this.#faults.set(offer.name, `${offer.name} of ${this.group}: ${message}`);
    return false;
  }

  #onBegun(offer: OfferedFile): void {
    const { content, name } = offer;
    this.#fetched.note(offer);
    this.#again.delete(content);
    this.#faults.clear(name);
    this.#begun.add(content);
    this.#save();
  }

  /** What this user has of the group counts as begun, also when it is gone one day. */
  #remember(offers: readonly OfferedFile[]): void {
    const { gid } = this.kept;
    const { transfers } = this.#around.tools;
    const before = this.#begun.size + this.#own.size;
    for (const each of transfers.ownDownloads()) if (each.gid === gid) this.#begun.add(each.content);
    for (const { gid: of, content } of transfers.ownShares()) {
      if (of === gid && !this.#begun.has(content)) this.#own.add(content);
    }
    if (this.#begun.size + this.#own.size === before) return;
    const offered = new Set(offers.map(({ content }) => content));
    for (const set of [this.#begun, this.#own]) forgetOldest(set, offered);
    this.#save();
  }

  #progress(): { readonly fetched: number; readonly underWay: number } {
    const { transfers } = this.#around.tools;
    const ofGroup = transfers
      .ownDownloads()
      .filter(({ gid, content }) => gid === this.kept.gid && this.#begun.has(content));
    const done = new Set(transfers.ownShares().map(({ content }) => content));
    const complete = ofGroup.filter(({ state, content }) => state === 'complete' && !done.has(content));
    return {
      fetched: [...this.#begun].filter((content) => done.has(content)).length + complete.length,
      underWay: ofGroup.filter(isUnderWay).length,
    };
  }

  #onFault(of: string, error: unknown, more = '', quiet = false): void {
    if (!(error instanceof CommandError)) throw error;
    this.#faults.set(of, `${error.message}${more}`, quiet);
  }

  #save(): void {
    this.kept.begun = [...this.#begun];
    this.kept.own = [...this.#own];
    this.kept.fetched = this.#fetched.kept;
    this.#around.save();
  }
}

const isUnderWay = ({ state }: OwnDownload): boolean => state === 'wanted';

/** What to type for exactly this content; undefined if others' names leave no way. */
function typedFor(offer: OfferedFile, offers: readonly OfferedFile[]): string | undefined {
  const candidates = [offer.name, `${offer.name}@${offer.content}`];
  return candidates.find((typed) => {
    try {
      return pickFile(offers, typed)?.content === offer.content;
    } catch (error) {
      if (error instanceof CommandError) return false;
      throw error;
    }
  });
}

function forgetOldest(contents: Set<ContentId>, offered: ReadonlySet<ContentId>): void {
  for (const content of contents) {
    if (contents.size <= REMEMBERED_MAX) return;
    if (!offered.has(content)) contents.delete(content);
  }
}
