import { CommandError } from '../../base/index.ts';
import type { Content, PieceLayers, Torrent } from '../../metainfo/index.ts';
import type { PeerSocket } from '../../net/index.ts';
import type { FileStamp } from '../../storage/index.ts';
import type { DownloadRow, DownloadState } from '../commands.ts';
import type { GroupCredentials, OwnContent, PeerEntry } from '../seams.ts';
import { Chores } from './chores.ts';
import { isWanted, type Desk, type OwnEvents } from './desk.ts';
import type { Door } from './doors.ts';
import { discardDownload } from './discard-download.ts';
import { adoptFile, knownContent, openDownload, type DownloadFiles } from './download-files.ts';
import { downloadRow } from './download-row.ts';
import { GroupContext, torrentIn } from './group-context.ts';
import { InfoHashChoice, NO_INFO_HASH } from './info-hash-choice.ts';
import type { DownloadEntry } from './library.ts';
import { PeerLedger } from './peer-ledger.ts';
import type { ServedRun } from './shared-content.ts';
import type { SwarmRun } from './swarm-run.ts';
import type { PeerView, SwarmFiles } from './swarm-surroundings.ts';

/** A download that gets nothing for so long gives its place among the active ones to another. */
const STALLED_MS = 15_000;
/** Where two info-hashes are announced for a content, one that gives no metadata for so long is left for the other. */
const METADATA_PATIENCE_MS = 12_000;
/** Data is synced and the record of it written so often. */
const CHECKPOINT_MS = 2_000;

/** A download that has become a share. */
export interface Completed {
  readonly content: Content;
  readonly stamps: readonly FileStamp[];
  /** Goes on serving, if it was at work. */
  readonly served: ServedRun | undefined;
  /** From now on it is the share's business when its files can't be read. */
  readonly handOver: (onBroken: (error: CommandError) => void) => void;
}

/** What a download tells its desk. */
export interface DownloadEvents {
  /** It has a swarm, whose info-hash others look for. */
  onRunning(): void;
  /** The entry changed and is to be kept. */
  onChanged(download: Download): void;
  /** Keep it as a share, then say that it is complete. */
  onCompleted(download: Download, completed: Completed): Promise<void>;
  onFailed(download: Download, error: CommandError): void;
}

type Phase = 'idle' | 'starting' | 'running' | 'finishing';

/** One download: from the info-hash that presence names, over metadata and pieces, to a complete content. */
export class Download implements Door {
  readonly ledger = new PeerLedger();
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
  #progressAtMs = 0;
  #checkpointAtMs = 0;
  #heldBytes: number;
  #onShareBroken: ((error: CommandError) => void) | undefined;

  constructor(desk: Desk, entry: DownloadEntry, events: DownloadEvents) {
    this.#desk = desk;
    this.entry = entry;
    this.#events = events;
    this.#chores = new Chores(desk.tools.log);
    this.#heldBytes = entry.heldBytes;
  }

  get context(): GroupContext {
    if (this.#context === undefined) throw new Error('does not run');
    return this.#context;
  }
  get run(): SwarmRun | undefined {
    return this.#run;
  }
  get isWanted(): boolean {
    return this.entry.state === 'wanted';
  }
  get isRunning(): boolean {
    return this.#phase !== 'idle';
  }

  /** Whether anything would happen if it ran. */
  get canStart(): boolean {
    const { size, files } = this.entry;
    const needsNobody = size === 0 ? files === 1 : this.#heldBytes >= size;
    return needsNobody || this.#sources().length > 0;
  }

  /** Whether it counts among the active ones: nobody serving it, it leaves its place to others. */
  holdsSlot(nowMs: number): boolean {
    return this.isRunning && (this.#phase !== 'running' || nowMs - this.#progressAtMs < STALLED_MS);
  }

  get announced(): OwnContent {
    const { gid, content, size } = this.entry;
    const infoHash = this.#context?.infoHash ?? NO_INFO_HASH;
    return {
      gid,
      content,
      infoHash,
      have: size === 0 ? 0 : Math.min(1, this.#heldBytes / size),
      seed: false,
    };
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
    if (this.isRunning) return;
    this.#phase = 'starting';
    this.#turn += 1;
    const turn = this.#turn;
    this.#progressAtMs = this.#desk.clockMs;
    this.#work = this.#begin(turn).catch((error: unknown) => this.#onError(turn, error));
  }

  /** Cuts its connections at once; resolves when its files are closed. It can be started again. */
  async stop(why: string): Promise<void> {
    this.#turn += 1;
    this.#phase = 'idle';
    const { run } = this;
    this.#closeDoor();
    this.#run = undefined;
    if (run) this.ledger.keep(run.peers());
    const ended = run && this.#desk.endRun(run, why);
    await this.#work;
    await ended;
    const files = this.#files;
    this.#files = undefined;
    await files?.storage.close();
  }

  /** Stops, and deletes what it created on disk and its record. */
  async discard(): Promise<void> {
    await this.stop('cancelled');
    const content = this.entry.adopt ? undefined : await this.#desk.library.content(this.entry.content);
    if (content) await discardDownload(this.#desk, this.entry, content);
  }

  /** Changes what is remembered. */
  update(change: Partial<DownloadEntry>): void {
    this.entry = { ...this.entry, ...change };
    this.#events.onChanged(this);
  }

  /** All of it was hashed while it stood still: so many bytes are good. */
  checked(goodBytes: number): void {
    this.#heldBytes = goodBytes;
    this.update({ heldBytes: goodBytes });
  }

  /** Remembers how much is there, for lists before it runs again. */
  saveProgress(): void {
    if (this.isWanted || this.entry.state === 'paused') this.update({ heldBytes: this.#heldBytes });
  }

  tick(nowMs: number): void {
    const status = this.#run?.status();
    if (status === undefined) return;
    if (status.heldBytes !== this.#heldBytes || status.bytesPerSecondDown > 0) this.#progressAtMs = nowMs;
    if (status.hasMetadata) this.#heldBytes = status.heldBytes;
    else if (nowMs - this.#progressAtMs >= METADATA_PATIENCE_MS) return this.#tryAnotherInfoHash();
    if (nowMs < this.#checkpointAtMs || this.#phase !== 'running') return;
    this.#checkpointAtMs = nowMs + CHECKPOINT_MS;
    this.#checkpoint();
  }

  row(): DownloadRow {
    return downloadRow(this.#desk, {
      entry: this.entry,
      state: this.state,
      heldBytes: this.#heldBytes,
      isStarting: this.#phase === 'starting',
      hasSources: this.#sources().length > 0,
      status: this.#run?.status(),
    });
  }

  get state(): DownloadState {
    switch (this.entry.state) {
      case 'paused':
        return 'P';
      case 'complete':
        return 'C';
      case 'failed':
        return 'F';
      case 'wanted':
        return this.isRunning || !this.canStart ? 'D' : 'Q';
    }
  }

  peers(): PeerView[] {
    return this.ledger.rows(this.#run?.peers() ?? []);
  }

  #sources(): PeerEntry[] {
    return this.#choice.usable(this.#desk.peersOf(this.entry));
  }

  #credentials(): GroupCredentials {
    const { gid, name } = this.entry;
    const credentials = this.#desk.access.gate.contextFor(gid);
    if (credentials) return credentials;
    const group = this.#desk.label(gid);
    throw new CommandError(
      'NOT_A_MEMBER',
      `you are no longer a member of ${group}: join it again, then resume_download ${group} ${name}`,
    );
  }

  async #begin(turn: number): Promise<void> {
    const credentials = this.#credentials();
    const content = await knownContent(this.#desk, this.entry);
    if (turn !== this.#turn) return;
    if (content) return this.#beginWith(turn, content, credentials);
    const infoHash = this.#choice.best(this.#desk.peersOf(this.entry));
    if (infoHash === undefined) this.#phase = 'idle';
    else this.#openRun(new GroupContext(this.#desk.access.gate, credentials, infoHash));
  }

  async #beginWith(turn: number, content: Content, credentials: GroupCredentials): Promise<void> {
    if (!(await this.#prepare(turn, content))) return;
    const torrent = torrentIn(content, credentials);
    this.#openRun(new GroupContext(this.#desk.access.gate, credentials, torrent.infoHash), torrent);
    if (this.#files?.storage.record.held.isComplete) this.#onComplete(turn);
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
    const files = await openDownload(this.#desk, this.entry, content);
    if (turn === this.#turn) {
      this.#files = files;
      return true;
    }
    await files.storage.close();
    return false;
  }

  #openRun(context: GroupContext, torrent?: Torrent): void {
    const files = this.#files;
    const start = torrent && files && swarmFiles(torrent, files);
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
      onLayers: (layers) => this.#keepLayers(layers),
      onStored: () => undefined,
      onStoreFailed: onBroken,
      onUnreadable: onBroken,
      onComplete: () => this.#onComplete(turn),
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
    if (turn !== this.#turn || !(await this.#prepare(turn, content)) || !this.#files) return;
    this.#run?.attach(swarmFiles(torrent, this.#files));
    if (this.#files.storage.record.held.isComplete) this.#onComplete(turn);
  }

  #tryAnotherInfoHash(): void {
    this.#choice.putOff(this.context.infoHash);
    const next = this.#choice.best(this.#desk.peersOf(this.entry));
    this.#progressAtMs = this.#desk.clockMs;
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

  #keepLayers(layers: PieceLayers): void {
    const { content } = this.entry;
    this.#chores.add('download.layers-not-kept', this.#desk.library.putLayers(content, layers));
  }

  #onComplete(turn: number): void {
    if (turn !== this.#turn || this.#phase !== 'running') return;
    this.#phase = 'finishing';
    this.#work = this.#finish(turn).catch((error: unknown) => this.#onError(turn, error));
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
    this.#heldBytes = this.entry.size;
    if (run) await this.#desk.endRun(run, 'complete');
    await this.#events.onCompleted(this, completed);
    this.#phase = 'idle';
    this.#closeDoor();
  }

  /** It is kept as a share: nothing is left to do. */
  settle(): void {
    this.update({ state: 'complete', heldBytes: this.entry.size, adopt: false });
  }

  #checkpoint(): void {
    const turn = this.#turn;
    this.#files?.storage.checkpoint().catch((error: unknown) => this.#onError(turn, error));
  }

  #onError(turn: number, error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    if (turn !== this.#turn) return;
    this.#chores.add('download.stop-failed', this.stop(error.message));
    this.update({ state: 'failed', code: error.code, text: error.message, heldBytes: this.#heldBytes });
    this.#events.onFailed(this, error);
  }

  #closeDoor(): void {
    if (this.#context) this.#desk.tools.doors.close(this);
    this.#context = undefined;
  }
}

const swarmFiles = (torrent: Torrent, { storage, layers }: DownloadFiles): SwarmFiles => ({
  torrent,
  files: storage,
  held: storage.record.held.clone(),
  layers,
});
