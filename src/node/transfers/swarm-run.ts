import {
  assertNever,
  CommandError,
  fromHex,
  invariant,
  PeerFault,
  type Cancel,
  type Clock,
} from '../../base/index.ts';
import { pieceAt, type Torrent } from '../../metainfo/index.ts';
import { formatAddress, sniOf, type PeerContext, type PeerSocket } from '../../net/index.ts';
import {
  Swarm,
  type ConnId,
  type Effect,
  type PeerStatus,
  type Priority,
  type ReaderId,
  type SourceKey,
  type SwarmStatus,
} from '../../swarm/index.ts';
import { encodeMessage, type Handshake } from '../../wire/index.ts';
import { BlockServer, leafHashesOf } from './block-server.ts';
import { Chores } from './chores.ts';
import { foreignKeyOf } from './foreign-source.ts';
import type { FramePool } from './frame-pool.ts';
import { PeerLink, type LinkOwner } from './peer-link.ts';
import type { PeerView, PieceFiles, SwarmFiles, SwarmRunOptions, SwarmTools } from './swarm-surroundings.ts';

/**
 * One swarm at work: the pure engine's effects are carried out on sockets, files and hash threads, and what these
 * say is told to the engine. Nothing is decided here.
 */
export class SwarmRun implements LinkOwner {
  readonly swarm: Swarm;
  readonly wireHash: Uint8Array;
  readonly #tools: SwarmTools;
  readonly #options: SwarmRunOptions;
  readonly #links = new Map<ConnId, PeerLink>();
  readonly #dialling = new AbortController();
  /** By source key, else by user: where somebody was seen. */
  readonly #addresses = new Map<string, string>();
  readonly #chores: Chores;
  readonly #blocks: BlockServer;
  #files: PieceFiles | undefined;
  #torrent: Torrent | undefined;
  #nextConn = 1;
  #isPumping = false;
  #isStopped = false;
  #stopping: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #timerAtMs = Infinity;

  constructor(tools: SwarmTools, options: SwarmRunOptions) {
    this.#tools = tools;
    this.#options = options;
    const { context, ownKey, start } = options;
    this.wireHash = fromHex(sniOf(context.infoHash));
    this.#files = start?.files;
    this.#torrent = start?.torrent;
    this.swarm = new Swarm({
      infoHash: context.infoHash,
      ...(start && { torrent: start.torrent, held: start.held }),
      ...(start?.layers && { pieceLayers: start.layers }),
      ...(start?.priorities && { priorities: start.priorities }),
      ownPeerId: tools.ownPeerId,
      ownKey,
      pool: tools.pool,
      chance: tools.chance,
      nowMs: tools.clock.nowMs(),
    });
    this.#chores = new Chores(tools.log);
    this.#blocks = new BlockServer(tools.frames);
    this.swarm.setGroupDigest(options.newsDigest);
    this.syncSources();
  }

  get context(): PeerContext {
    return this.#options.context;
  }
  get ownPeerId(): Uint8Array {
    return this.#tools.ownPeerId;
  }
  get frames(): FramePool {
    return this.#tools.frames;
  }
  get clock(): Clock {
    return this.#tools.clock;
  }
  get isStopped(): boolean {
    return this.#isStopped;
  }
  /** Connections whose handshakes are through or under way. */
  get linkCount(): number {
    return this.#links.size;
  }

  status(): SwarmStatus {
    return this.swarm.status(this.clock.nowMs());
  }

  peers(): PeerView[] {
    return this.swarm.peers(this.clock.nowMs()).map((peer) => ({ ...peer, address: this.#addressOf(peer) }));
  }

  /** Presence has news of this content. */
  syncSources(): void {
    this.swarm.onSources(this.#options.sources(), this.clock.nowMs());
    this.onLinkNews();
  }

  /** The content's files are open: pieces can be stored and served from now on. */
  attach({ torrent, files, held, layers, priorities }: SwarmFiles): void {
    this.#torrent = torrent;
    this.#files = files;
    this.swarm.attachStorage(held, layers, this.clock.nowMs(), priorities);
    this.onLinkNews();
  }

  /** See `Swarm.choose`. */
  choose(priorities: readonly Priority[]): void {
    this.swarm.choose(priorities, this.clock.nowMs());
    this.onLinkNews();
  }

  /** See `Swarm.read`. */
  read(reader: ReaderId, at: number, end: number): void {
    this.swarm.read(reader, at, end, this.clock.nowMs());
    this.onLinkNews();
  }

  endRead(reader: ReaderId): void {
    this.swarm.endRead(reader);
  }

  /** Takes a peer that dialled us. */
  accept(socket: PeerSocket): void {
    if (this.#isStopped) return socket.destroy(new Error('no longer served'));
    // It may have waited for the files to be opened, and lost its place in the group meanwhile.
    const admission = this.context.admit(socket.proof.certificateDer);
    if ('refused' in admission) socket.destroy(new PeerFault('NOT_A_MEMBER', admission.refused));
    else this.#open(socket, undefined);
  }

  /** Asks again whether each peer may stay; who may not is cut off at once. */
  examineAgain(): void {
    for (const link of this.#links.values()) {
      const admission = this.context.admit(link.socket.proof.certificateDer);
      if ('refused' in admission) link.close(new PeerFault('NOT_A_MEMBER', admission.refused));
    }
    this.onLinkNews();
  }

  /** Goes on after `onStoreFailed`. */
  resume(): void {
    this.swarm.resume(this.clock.nowMs());
    this.onLinkNews();
  }

  /** The removals we know have changed; `payload` is what a peer told us, if it was one. */
  shareNews(digest: Uint8Array, payload: Uint8Array | undefined): void {
    this.swarm.setGroupDigest(digest);
    if (payload) this.swarm.sendGroupNews(undefined, payload);
    this.onLinkNews();
  }

  dropHeld(pieces: Iterable<number>): void {
    this.swarm.dropHeld(pieces, this.clock.nowMs());
    this.onLinkNews();
  }

  /** Cuts every connection at once; resolves when nothing of the run touches the files any more. Idempotent. */
  stop(reason: Error): Promise<void> {
    return (this.#stopping ??= this.#stop(reason));
  }

  async #stop(reason: Error): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#dialling.abort(reason);
    for (const link of this.#links.values()) link.close(reason);
    await this.#chores.settled();
    this.swarm.close();
  }

  onLinkOpen(link: PeerLink, handshake: Handshake): void {
    const { socket, conn } = link;
    const key = link.key ?? foreignKeyOf(this.#options.sources(), socket);
    this.#addresses.set(key ?? socket.user, formatAddress(socket.remote));
    const { reserved, peerId } = handshake;
    const peer = { key, user: socket.user, peerId, outgoing: socket.outgoing, reserved };
    this.swarm.onConnected(conn, peer, this.clock.nowMs());
  }

  onLinkNews(): void {
    if (this.#isPumping || this.#isStopped) return;
    this.#isPumping = true;
    for (let effects = this.swarm.takeEffects(); effects.length > 0; effects = this.swarm.takeEffects()) {
      for (const effect of effects) if (!this.#isStopped) this.#carryOut(effect);
    }
    this.#isPumping = false;
    this.#arm();
  }

  onLinkClosed(link: PeerLink, reason: Error): void {
    this.#links.delete(link.conn);
    const fault = reason instanceof PeerFault ? reason : undefined;
    const from = formatAddress(link.socket.remote);
    if (fault) this.#tools.log.info('peer.dropped', { from, reason: fault.message });
    if (this.#isStopped) return;
    const nowMs = this.clock.nowMs();
    if (link.isOpen) this.swarm.onDisconnected(link.conn, nowMs, fault);
    else if (link.key !== undefined) this.swarm.onDialFailed(link.key, nowMs);
    this.onLinkNews();
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        return this.#links.get(effect.conn)?.write(encodeMessage(effect.message));
      case 'sendBlock':
        return this.#sendBlock(effect);
      case 'close':
        return this.#links.get(effect.conn)?.close(effect.fault ?? new Error(effect.reason));
      case 'dial':
        return this.#chores.add('peer.dial-failed', this.#dial(effect.key));
      case 'storePiece':
        return this.#chores.add('piece.store-failed', this.#store(effect));
      case 'serveHashes':
        return this.#chores.add('hashes.not-served', this.#serveHashes(effect));
      case 'metadata':
        return this.#options.events.onMetadata(effect.torrent);
      case 'unusable':
        return this.#options.events.onUnusable(effect.reason);
      case 'pieceLayers':
        return this.#options.events.onLayers(effect.layers);
      case 'groupDigest':
        return this.#blaming(effect.conn, () => this.#answerDigest(effect.conn, effect.digest));
      case 'groupNews':
        return this.#blaming(effect.conn, () => this.#options.events.onNews(effect.payload));
      case 'complete':
        return this.#options.events.onComplete(effect.all);
      default:
        assertNever(effect);
    }
  }

  #open(socket: PeerSocket, key: SourceKey | undefined): void {
    const link = new PeerLink(this, this.#nextConn, socket, key);
    this.#nextConn += 1;
    this.#links.set(link.conn, link);
    this.#options.hold(socket);
    link.start();
  }

  async #dial(key: SourceKey): Promise<void> {
    const entry = this.#options.sources().find((source) => source.key === key);
    try {
      if (entry === undefined || entry.addresses.length === 0) throw new Error('no address');
      const socket = await this.#tools.host.dial(entry.addresses, this.context, this.#dialling.signal);
      if (this.#isStopped || socket.user !== entry.uid) {
        socket.destroy(new Error('not who was dialled'));
        throw new Error('somebody else is at that address');
      }
      this.#open(socket, key);
    } catch (error) {
      if (this.#isStopped) return;
      this.#tools.log.debug('peer.dial-failed', { key, reason: (error as Error).message });
      this.swarm.onDialFailed(key, this.clock.nowMs());
    }
    this.onLinkNews();
  }

  #sendBlock(effect: Extract<Effect, { type: 'sendBlock' }>): void {
    const { conn, piece, begin, length } = effect;
    const link = this.#links.get(conn);
    if (link === undefined || this.#files === undefined || this.#torrent === undefined) return;
    const { length: pieceBytes } = pieceAt(this.#torrent.content, piece);
    const sent = this.#blocks.send(link, this.#files, effect, pieceBytes);
    const caught = sent.catch((error: unknown) => this.#onUnreadable(conn, piece, begin, length, error));
    this.#chores.add('block.not-sent', caught);
  }

  #onUnreadable(conn: ConnId, piece: number, begin: number, length: number, error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    if (this.#isStopped) return;
    this.swarm.onBlockUnreadable(conn, piece, begin, length, this.clock.nowMs());
    this.#options.events.onUnreadable(error);
    this.onLinkNews();
  }

  async #store({ piece, bytes, root, rootBytes }: Extract<Effect, { type: 'storePiece' }>): Promise<void> {
    const files = this.#files;
    invariant(files, 'pieces come once the files are open');
    try {
      const good = await files.storePiece(piece, (place) =>
        this.#tools.hasher.storePiece(bytes, rootBytes, root, place),
      );
      if (good) this.#options.events.onStored(piece);
      if (good) this.swarm.onPieceStored(piece, this.clock.nowMs());
      else this.swarm.onPieceBad(piece, this.clock.nowMs());
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.swarm.onStoreFailed(piece, this.clock.nowMs());
      if (!this.#isStopped) this.#options.events.onStoreFailed(error);
    }
    this.onLinkNews();
  }

  async #serveHashes({ conn, piece, request }: Extract<Effect, { type: 'serveHashes' }>): Promise<void> {
    if (this.#torrent === undefined || this.#files === undefined) return;
    const leaves = await leafHashesOf(this.#tools.hasher, this.#files, this.#torrent.content, piece);
    if (this.#isStopped) return;
    this.swarm.onLeafHashes(conn, request, leaves, this.clock.nowMs());
    this.onLinkNews();
  }

  #answerDigest(conn: ConnId, digest: Uint8Array): void {
    for (const payload of this.#options.events.newsFor(digest)) this.swarm.sendGroupNews(conn, payload);
  }

  /** Whatever is wrong with what a peer sent ends its connection alone. */
  #blaming(conn: ConnId, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof PeerFault)) throw error;
      this.#links.get(conn)?.close(error);
    }
  }

  #addressOf({ conn, key, user }: PeerStatus): string {
    const link = conn === undefined ? undefined : this.#links.get(conn);
    if (link) return formatAddress(link.socket.remote);
    return this.#addresses.get(key ?? user) ?? this.#addresses.get(user) ?? '';
  }

  #arm(): void {
    const nowMs = this.clock.nowMs();
    const atMs = this.swarm.nextTickMs(nowMs);
    if (this.#isStopped || atMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = atMs;
    this.#cancelTimer = this.clock.after(Math.max(0, atMs - nowMs), () => {
      this.#timerAtMs = Infinity;
      this.swarm.tick(this.clock.nowMs());
      this.onLinkNews();
    });
  }
}
