import { CommandError } from '../../base/index.ts';
import { Bitfield, type Content, type Torrent } from '../../metainfo/index.ts';
import type { PeerSocket } from '../../net/index.ts';
import type { Priority } from '../../swarm/index.ts';
import type { DownloadRow, DownloadState } from '../commands.ts';
import type { GroupCredentials, OwnContent, PeerEntry } from '../seams.ts';
import { Chores } from './chores.ts';
import { isWanted, type Desk, type OwnEvents } from './desk.ts';
import type { Door } from './doors.ts';
import { discardDownload } from './discard-download.ts';
import type { Completed, DownloadEvents } from './download-events.ts';
import {
  adoptFile,
  credentialsFor,
  finishChosen,
  knownContent,
  openDownload,
  openPart,
  swarmFiles,
  type DownloadFiles,
} from './download-files.ts';
import { DownloadProgress } from './download-progress.ts';
import { downloadRow, letterOf } from './download-row.ts';
import { choiceOf, isPartial, onlyThese } from './file-choice.ts';
import { GroupContext, torrentIn } from './group-context.ts';
import { InfoHashChoice, NO_INFO_HASH } from './info-hash-choice.ts';
import type { DownloadEntry } from './library.ts';
import { News } from './news.ts';
import { PeerLedger } from './peer-ledger.ts';
import type { SwarmRun } from './swarm-run.ts';
import type { PeerView } from './swarm-surroundings.ts';

/** Where two info-hashes are announced for a content, one that gives no metadata for so long is left for the other. */
const METADATA_PATIENCE_MS = 12_000;
/** Data is synced and the record of it written so often. */
const CHECKPOINT_MS = 2_000;

type Phase = 'idle' | 'starting' | 'running' | 'finishing';

/** One download: from the info-hash that presence names, over metadata and pieces, to a complete content. */
export class Download implements Door {
  readonly ledger = new PeerLedger();
  /** Something changed that who reads it waits for: a piece is here, it runs, or it does not any more. */
  readonly news = new News();
  /** Who reads it now. */
  readers = 0;
  readonly progress: DownloadProgress;
  entry: DownloadEntry;
  readonly #desk: Desk;
  readonly #events: DownloadEvents;
  readonly #chores: Chores;
  readonly #choice = new InfoHashChoice();
  #phase: Phase = 'idle';
  #context: GroupContext | undefined;
  #run: SwarmRun | undefined;
  #files: DownloadFiles | undefined;
  #work: Promise<void> | undefined;
  /** Counts starts: work begun before a stop knows by it that it came too late. */
  #turn = 0;
  #checkpointAtMs = 0;
  #isResting = false;
  #onShareBroken: ((error: CommandError) => void) | undefined;

  constructor(desk: Desk, entry: DownloadEntry, events: DownloadEvents) {
    this.#desk = desk;
    this.entry = entry;
    this.#events = events;
    this.#chores = new Chores(desk.tools.log);
    this.progress = new DownloadProgress(entry);
  }

  get context(): GroupContext {
    if (this.#context === undefined) throw new Error('does not run');
    return this.#context;
  }
  get run(): SwarmRun | undefined {
    return this.#run;
  }
  /** Pieces that are here, while it is at work. */
  get held(): Bitfield | undefined {
    return this.#run?.swarm.held ?? this.#files?.storage.record.held;
  }
  get isWanted(): boolean {
    return this.entry.state === 'wanted';
  }
  /** It has what is wanted of it, and others may want that. */
  get isServing(): boolean {
    return isPartial(this.entry);
  }
  get isRunning(): boolean {
    return this.#phase !== 'idle';
  }

  /** Whether anything would happen if it ran. */
  get canStart(): boolean {
    const { size, files } = this.entry;
    const needsNobody = size === 0 ? files === 1 : !this.progress.isLacking;
    return needsNobody || this.#sources().length > 0;
  }

  /** Whether it counts among the active ones: nobody serving it, it leaves its place to others. */
  holdsSlot(nowMs: number): boolean {
    return this.isRunning && (this.#phase !== 'running' || !this.progress.isStalled(nowMs));
  }

  get announced(): OwnContent {
    const { gid, content } = this.entry;
    const infoHash = this.#context?.infoHash ?? NO_INFO_HASH;
    return { gid, content, infoHash, have: this.progress.have, seed: false };
  }

  accept(socket: PeerSocket): void {
    if (this.#run) this.#run.accept(socket);
    else socket.destroy(new Error('not served now'));
  }

  onPeers(): void {
    this.#run?.syncSources();
  }

  /** Begins or goes on. Failures are told by `onFailed`. */
  start(): void {
    if (this.isRunning || this.#isResting) return;
    this.#phase = 'starting';
    this.#turn += 1;
    const turn = this.#turn;
    this.progress.movedAtMs = this.#desk.clockMs;
    this.#work = this.#begin(turn).catch((error: unknown) => this.#onError(turn, error));
  }

  /** Cuts its connections at once; resolves when its files are closed. It can be started again. */
  async stop(why: string): Promise<void> {
    this.#turn += 1;
    this.#phase = 'idle';
    const { run } = this;
    this.#closeDoor();
    this.#run = undefined;
    this.news.tell();
    if (run) this.ledger.keep(run.peers());
    const ended = run && this.#desk.endRun(run, why);
    await this.#work;
    await ended;
    const files = this.#files;
    this.#files = undefined;
    await files?.storage.close();
  }

  /** Stops, and does not start, whoever may want it to, before `work` on its files is done. */
  async atRest<T>(why: string, work: () => Promise<T>): Promise<T> {
    if (this.#isResting) throw new CommandError('NOT_READY', `${this.entry.name} is rechecked already`);
    this.#isResting = true;
    try {
      await this.stop(why);
      return await work();
    } finally {
      this.#isResting = false;
    }
  }

  /** Stops, and deletes its record and what it created on disk but, of one that is complete, what is whole. */
  async discard(): Promise<void> {
    await this.stop('cancelled');
    await discardDownload(this.#desk, this.entry);
  }

  /** Changes what is remembered. */
  update(change: Partial<DownloadEntry>): void {
    this.entry = { ...this.entry, ...change };
    this.#events.onChanged(this);
    this.news.tell();
  }

  /** What is wanted of it from now on. `held`: what is here of it. */
  choose(content: Content, held: Bitfield, priorities: readonly Priority[]): void {
    this.progress.count(content, held, priorities);
    this.update({ choice: choiceOf(priorities), only: undefined, ...this.progress.kept });
    this.#run?.choose(priorities);
  }

  tick(nowMs: number): void {
    const status = this.#run?.status();
    if (status === undefined) return;
    this.progress.note(status, nowMs);
    if (!status.hasMetadata && nowMs - this.progress.movedAtMs >= METADATA_PATIENCE_MS)
      return this.#tryAnotherInfoHash();
    if (nowMs < this.#checkpointAtMs || this.#phase !== 'running') return;
    this.#checkpointAtMs = nowMs + CHECKPOINT_MS;
    const turn = this.#turn;
    this.#files?.storage.checkpoint().catch((error: unknown) => this.#onError(turn, error));
  }

  row(): DownloadRow {
    return downloadRow(this.#desk, {
      entry: this.entry,
      state: this.state,
      progress: this.progress,
      isStarting: this.#phase === 'starting',
      hasSources: this.#sources().length > 0,
      status: this.#run?.status(),
    });
  }

  get state(): DownloadState {
    return letterOf(this.entry, this.isRunning || !this.canStart);
  }

  peers(): PeerView[] {
    return this.ledger.rows(this.#run?.peers() ?? []);
  }

  #sources(): PeerEntry[] {
    return this.#choice.usable(this.#desk.peersOf(this.entry));
  }

  async #begin(turn: number): Promise<void> {
    const credentials = credentialsFor(this.#desk, this.entry);
    const content = await knownContent(this.#desk, this.entry);
    if (turn !== this.#turn) return;
    if (content) return this.#settleTerms(content) ? undefined : this.#beginWith(turn, content, credentials);
    const infoHash = this.#choice.best(this.#desk.peersOf(this.entry));
    if (infoHash === undefined) this.#phase = 'idle';
    else this.#openRun(new GroupContext(this.#desk.access.gate, credentials, infoHash));
  }

  /** Carries out what it was ordered with, now that it is known what there is. True: it stands still from now on. */
  #settleTerms(content: Content): boolean {
    const { only, hold } = this.entry;
    if (only) this.choose(content, new Bitfield(content.pieceCount), onlyThese(content, only));
    if (hold !== true) return false;
    this.update({ hold: undefined });
    this.#events.onHeld(this);
    return true;
  }

  async #beginWith(turn: number, content: Content, credentials: GroupCredentials): Promise<void> {
    if (!(await this.#prepare(turn, content))) return;
    const torrent = torrentIn(content, credentials);
    this.#openRun(new GroupContext(this.#desk.access.gate, credentials, torrent.infoHash), torrent);
    this.#lookWhetherDone(turn);
  }

  /** A swarm that begins with all that is wanted has nothing to tell later. */
  #lookWhetherDone(turn: number): void {
    const status = this.#run?.status();
    if (status?.isSatisfied === true) this.#onComplete(turn, status.isComplete);
  }

  /** Opens the files. False if the download ended by that, or was stopped meanwhile. */
  async #prepare(turn: number, content: Content): Promise<boolean> {
    const adopted = this.entry.adopt ? await adoptFile(this.#desk, this.entry, content) : undefined;
    if (turn !== this.#turn) return false;
    if (adopted) {
      await this.#desk.library.putLayers(content.contentId, adopted.layers);
      await this.#complete({ content, stamps: adopted.stamps, served: undefined, handOver: () => undefined });
      return false;
    }
    if (this.entry.adopt) this.update({ adopt: false });
    const open = this.isServing ? openPart : openDownload;
    const files = await open(this.#desk, this.entry, content);
    if (turn === this.#turn) {
      this.#files = files;
      return true;
    }
    await files.storage.close();
    return false;
  }

  #openRun(context: GroupContext, torrent?: Torrent): void {
    const files = this.#files;
    const start = torrent && files && swarmFiles(torrent, files, this.entry);
    this.#context = context;
    this.#run = this.#desk.startRun(this.entry, context, start, this.#eventsOf(this.#turn));
    // Only now: a swarm that begins complete says so while it is made, when there is nothing yet to finish with.
    this.#phase = 'running';
    if (torrent) this.#desk.tools.doors.open(this);
    else this.#desk.tools.doors.openUnproven(this);
    this.#events.onRunning();
  }

  #eventsOf(turn: number): OwnEvents {
    const onBroken = (error: CommandError): void => {
      if (this.#onShareBroken) this.#onShareBroken(error);
      else this.#onError(turn, error);
    };
    return {
      onMetadata: (torrent) => this.#onMetadata(turn, torrent),
      onUnusable: (reason) => this.#giveUpInfoHash(reason),
      onLayers: (layers) =>
        this.#chores.add(
          'download.layers-not-kept',
          this.#desk.library.putLayers(this.entry.content, layers),
        ),
      onStored: () => this.news.tell(),
      onStoreFailed: onBroken,
      onUnreadable: onBroken,
      onComplete: (all) => this.#onComplete(turn, all),
    };
  }

  #onMetadata(turn: number, torrent: Torrent): void {
    const { gate } = this.#desk.access;
    const authorityPem = gate.contextFor(this.entry.gid)?.authorityPem;
    if (authorityPem === undefined || !isWanted(torrent, this.entry, authorityPem)) {
      return this.#giveUpInfoHash('it is not what was asked for');
    }
    this.#desk.tools.doors.open(this);
    this.#work = this.#attach(turn, torrent).catch((error: unknown) => this.#onError(turn, error));
  }

  async #attach(turn: number, torrent: Torrent): Promise<void> {
    const { content } = torrent;
    await this.#desk.library.putContent(content);
    if (turn !== this.#turn || this.#settleTerms(content)) return;
    if (!(await this.#prepare(turn, content)) || !this.#files) return;
    this.#run?.attach(swarmFiles(torrent, this.#files, this.entry));
    this.news.tell();
    this.#lookWhetherDone(turn);
  }

  #tryAnotherInfoHash(): void {
    this.#choice.putOff(this.context.infoHash);
    const next = this.#choice.best(this.#desk.peersOf(this.entry));
    this.progress.movedAtMs = this.#desk.clockMs;
    if (next !== this.context.infoHash)
      this.#chores.add('download.stop-failed', this.stop('no metadata came'));
  }

  /** Whoever announced this info-hash was wrong, or lied: another one is tried. */
  #giveUpInfoHash(reason: string): void {
    const infoHash = this.context.infoHash;
    this.#choice.giveUp(infoHash);
    this.#desk.tools.log.warn('download.wrong-metadata', { infoHash, reason });
    this.#chores.add('download.stop-failed', this.stop('wrong metadata'));
  }

  #onComplete(turn: number, all: boolean): void {
    if (turn !== this.#turn || this.#phase !== 'running' || !(all || this.isWanted)) return;
    if (all) this.#phase = 'finishing';
    const finishing = all ? this.#finish(turn) : this.#finishChoice(turn);
    this.#work = finishing.catch((error: unknown) => this.#onError(turn, error));
  }

  /** Its swarm goes on: others get what is here, and more may be wanted later. */
  async #finishChoice(turn: number): Promise<void> {
    const { files, run } = { files: this.#files, run: this.#run };
    if (files === undefined || run === undefined) return;
    const stamps = await finishChosen(this.#desk, this.entry, files);
    const status = run.status();
    if (turn !== this.#turn || !this.isWanted || !status.isSatisfied || status.isComplete) return;
    this.progress.note(status, this.#desk.clockMs);
    this.update({ state: 'complete', ...this.progress.kept, stamps });
    this.#events.onChosenComplete(this);
  }

  async #finish(turn: number): Promise<void> {
    const { files, run } = { files: this.#files, run: this.#run };
    if (files === undefined || run === undefined) return;
    const { storage, layers } = files;
    const stamps = await storage.finish();
    await this.#desk.library.putLayers(this.entry.content, layers);
    if (turn !== this.#turn) return;
    this.#files = undefined;
    this.#run = undefined;
    const handOver = (onBroken: (error: CommandError) => void): void => void (this.#onShareBroken = onBroken);
    try {
      await this.#complete({ content: storage.content, stamps, served: { run, files: storage }, handOver });
    } catch (error) {
      await this.#desk.endRun(run, 'it could not be shared');
      await storage.close();
      throw error;
    }
  }

  /** The share takes over its door before this one is closed, so that nobody is turned away meanwhile. */
  async #complete(completed: Completed): Promise<void> {
    const { run } = this;
    this.#run = undefined;
    this.#phase = 'finishing';
    this.progress.finish();
    if (run) await this.#desk.endRun(run, 'complete');
    await this.#events.onCompleted(this, completed);
    this.#phase = 'idle';
    this.#closeDoor();
  }

  #onError(turn: number, error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    if (turn !== this.#turn) return;
    this.#chores.add('download.stop-failed', this.stop(error.message));
    this.update({ state: 'failed', code: error.code, text: error.message, ...this.progress.kept });
    this.#events.onFailed(this, error);
  }

  #closeDoor(): void {
    if (this.#context) this.#desk.tools.doors.close(this);
    this.#context = undefined;
  }
}
