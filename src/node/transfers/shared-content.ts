import { CommandError } from '../../base/index.ts';
import { Bitfield, type Content } from '../../metainfo/index.ts';
import type { PeerSocket } from '../../net/index.ts';
import { ShareStorage } from '../../storage/index.ts';
import type { OwnContent } from '../seams.ts';
import type { Desk, OwnEvents } from './desk.ts';
import type { Door } from './doors.ts';
import { GroupContext, torrentIn } from './group-context.ts';
import type { ShareEntry } from './library.ts';
import { PeerLedger } from './peer-ledger.ts';
import type { SwarmRun } from './swarm-run.ts';
import type { PeerView, PieceFiles } from './swarm-surroundings.ts';

/** A swarm that nobody needs is put to rest after so long. */
const REST_AFTER_MS = 60_000;

/** A swarm together with the files it uses. */
export interface ServedRun {
  readonly run: SwarmRun;
  readonly files: { close(): Promise<void> };
}

/**
 * One share. Nothing of it is in memory but its entry until somebody comes for it or waits for it: then its swarm is
 * opened, and put to rest when nobody has been there for a minute.
 */
export class SharedContent implements Door {
  readonly ledger: PeerLedger;
  entry: ShareEntry;
  readonly #desk: Desk;
  readonly #onBroken: (share: SharedContent, error: CommandError) => void;
  #context: GroupContext | undefined;
  #served: ServedRun | undefined;
  #opening: Promise<void> | undefined;
  #waiting: PeerSocket[] = [];
  #neededAtMs = 0;
  #isClosed = false;

  constructor(
    desk: Desk,
    entry: ShareEntry,
    onBroken: (share: SharedContent, error: CommandError) => void,
    ledger: PeerLedger = new PeerLedger(),
  ) {
    this.#desk = desk;
    this.entry = entry;
    this.#onBroken = onBroken;
    this.ledger = ledger;
  }

  get context(): GroupContext {
    if (this.#context === undefined) throw new Error('not served now');
    return this.#context;
  }

  /** The swarm while it is at work. */
  get run(): SwarmRun | undefined {
    return this.#served?.run;
  }

  /** What presence is told; undefined while this user is not in the group. */
  get announced(): OwnContent | undefined {
    if (this.#context === undefined) return undefined;
    const { gid, content } = this.entry;
    return { gid, content, infoHash: this.#context.infoHash, have: 1, seed: true };
  }

  /**
   * Serves the content under the group's present authority, or not at all if this user is not in the group. `served` is a
   * swarm of this content that is at work already.
   */
  serve(content: Content, served?: ServedRun): void {
    const { gate } = this.#desk.access;
    const credentials = gate.contextFor(this.entry.gid);
    if (credentials === undefined || this.#isClosed) return;
    this.#context = new GroupContext(gate, credentials, torrentIn(content, credentials).infoHash);
    this.#served = served;
    this.#neededAtMs = this.#desk.clockMs;
    this.#desk.tools.doors.open(this);
    this.onPeers();
  }

  /** The group changed. True if the share has to be served anew (or may be again). */
  isOutdated(): boolean {
    const credentials = this.#desk.access.gate.contextFor(this.entry.gid);
    if (credentials === undefined) return this.#context !== undefined;
    return this.#context === undefined || !this.#context.isOf(credentials);
  }

  accept(socket: PeerSocket): void {
    this.#neededAtMs = this.#desk.clockMs;
    if (this.run) return this.run.accept(socket);
    this.#waiting.push(socket);
    this.#open();
  }

  /** Somebody may wait for us who can't reach us: then we dial. */
  onPeers(): void {
    if (this.run) return this.run.syncSources();
    if (this.#context && this.#hasLeechers()) this.#open();
  }

  /** Now and then. */
  tick(nowMs: number): void {
    const { run } = this;
    if (run === undefined) return;
    if (run.linkCount > 0 || this.#hasLeechers()) this.#neededAtMs = nowMs;
    else if (nowMs - this.#neededAtMs >= REST_AFTER_MS) void this.#rest('nobody wants it');
  }

  peers(): PeerView[] {
    return this.ledger.rows(this.run?.peers() ?? []);
  }

  /** Cuts off everybody at once; resolves when the files are closed. It can be served again. */
  async stop(why: string): Promise<void> {
    if (this.#context) this.#desk.tools.doors.close(this);
    this.#context = undefined;
    this.#turnAway(why);
    await this.#rest(why);
    await this.#opening;
  }

  /** As `stop`, for good. */
  async close(why: string): Promise<void> {
    this.#isClosed = true;
    await this.stop(why);
  }

  #turnAway(why: string): void {
    for (const socket of this.#waiting.splice(0)) socket.destroy(new Error(why));
  }

  #hasLeechers(): boolean {
    const infoHash = this.#context?.infoHash;
    return this.#desk.peersOf(this.entry).some((peer) => !peer.seed && peer.infoHash === infoHash);
  }

  #open(): void {
    this.#opening ??= this.#openRun().finally(() => (this.#opening = undefined));
  }

  async #openRun(): Promise<void> {
    const context = this.#context;
    const served = context && (await this.#openFiles(context));
    if (served === undefined) return this.#turnAway('not served now');
    if (this.#context !== context) {
      await this.#desk.endRun(served.run, 'not served any more');
      await served.files.close();
      return;
    }
    this.#served = served;
    for (const socket of this.#waiting.splice(0)) served.run.accept(socket);
  }

  async #openFiles(context: GroupContext): Promise<ServedRun | undefined> {
    const { library, tools, access } = this.#desk;
    const { gid, content: id, root, stamps } = this.entry;
    try {
      const content = await library.content(id);
      const layers = content && (await library.layers(content));
      const credentials = access.gate.contextFor(gid);
      if (credentials === undefined) return undefined;
      if (content === undefined || layers === undefined) throw damaged(this.entry);
      const files = await ShareStorage.open(content, root, tools.files, stamps);
      const change = await files.filesChanged();
      if (change !== undefined) throw new CommandError('FILE_CHANGED', change);
      const torrent = torrentIn(content, credentials);
      const start = { torrent, files: readOnly(files), held: Bitfield.full(content.pieceCount), layers };
      return { run: this.#desk.startRun(this.entry, context, start, this.#events()), files };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#onBroken(this, error);
      return undefined;
    }
  }

  #events(): OwnEvents {
    const nothing = (): void => undefined;
    const onBroken = (error: CommandError): void => this.#onBroken(this, error);
    return {
      onMetadata: nothing,
      onUnusable: nothing,
      onLayers: nothing,
      onStored: nothing,
      onComplete: nothing,
      onStoreFailed: onBroken,
      onUnreadable: onBroken,
    };
  }

  async #rest(why: string): Promise<void> {
    const served = this.#served;
    if (served === undefined) return;
    this.#served = undefined;
    this.ledger.keep(served.run.peers());
    await this.#desk.endRun(served.run, why);
    await served.files.close();
  }
}

/** What a swarm that holds everything never does is refused. */
function readOnly(files: ShareStorage): PieceFiles {
  return {
    readBlock: (piece, begin, into) => files.readBlock(piece, begin, into),
    storePiece: () => Promise.reject(new CommandError('REFUSED', 'a share is never written to')),
  };
}

const damaged = ({ name }: ShareEntry): CommandError =>
  new CommandError('IO_ERROR', `what is known of ${name} was damaged on disk: share it again`);
