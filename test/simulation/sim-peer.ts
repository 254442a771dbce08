import { equalBytes, PeerFault, type Chance, type UserId } from '../../src/base/index.ts';
import { Bitfield, leafHashes, pieceAt, pieceRoot, type Content } from '../../src/metainfo/index.ts';
import {
  SharedPiecePool,
  Swarm,
  type Effect,
  type PiecePool,
  type Priority,
  type SwarmConfig,
} from '../../src/swarm/index.ts';
import { frameBytes, PIECE_HEADER_BYTES, RESERVED, type Message } from '../../src/wire/index.ts';
import type { SimContent } from './contents.ts';
import type { EventQueue } from './event-queue.ts';
import { Flow, Host, type LinkRates } from './network.ts';

/** How a peer deviates from the rules. */
export interface Vice {
  /** Share of the blocks it sends that are wrong, 0 to 1. */
  readonly lies?: number;
  /** Sends so many blocks and then none. */
  readonly stallsAfterBlocks?: number;
  /** Says it has everything and sends nothing. */
  readonly claimsAll?: boolean;
  /** Never tells leaf hashes. */
  readonly hidesLeaves?: boolean;
  /** Knows nothing of this program's extension, asks 16 KiB at a time. */
  readonly isStranger?: boolean;
}

export interface SimPeerOptions {
  readonly name: string;
  readonly rates: LinkRates;
  readonly latencyMs: number;
  readonly bufferBytes: number;
  readonly seed: boolean;
  readonly vice?: Vice;
  readonly config?: Partial<SwarmConfig>;
  /** Memory for pieces under way where bytes are only counted. @default enough for all */
  readonly poolBytes?: number;
  readonly hasMetadata?: boolean;
  /** Of the content's files. @default all normal */
  readonly priorities?: readonly Priority[];
  /** Whose machine it is. @default one of its own name */
  readonly user?: string;
  /** Decides in place of the real engine. */
  readonly engine?: Swarm;
}

interface Link {
  readonly other: SimPeer;
  readonly otherConn: number;
  readonly out: Flow;
}

const VERIFY_MS = 2;
let shared: SharedArrayBuffer | undefined;

/** Memory that everyone writes to and nobody reads: for swarms whose blocks are only counted. */
function countedPool(budgetBytes: number): PiecePool {
  let usedBytes = 0;
  return {
    acquire(bytes) {
      if (usedBytes > 0 && usedBytes + bytes > budgetBytes) return undefined;
      usedBytes += bytes;
      if (!shared || shared.byteLength < bytes) shared = new SharedArrayBuffer(bytes);
      return shared;
    },
    release: (buffer) => void (usedBytes -= buffer.byteLength),
  };
}

/** The real swarm code in a simulated machine: carries out its effects over simulated links. */
export class SimPeer {
  readonly name: string;
  readonly key: string;
  readonly user: UserId;
  readonly peerId: Uint8Array;
  readonly host: Host;
  readonly swarm: Swarm;
  readonly vice: Vice;
  readonly options: SimPeerOptions;
  readonly #queue: EventQueue;
  readonly #content: SimContent;
  readonly #chance: Chance;
  readonly #find: (key: string) => SimPeer | undefined;
  readonly #links = new Map<number, Link>();
  readonly stored = new Map<number, Uint8Array>();
  readonly faults: { user: UserId; fault: PeerFault }[] = [];
  online = true;
  completeMs: number | undefined;
  messagesSent = 0;
  /** How often it hashed a piece for somebody who looked for a liar. */
  leavesServed = 0;
  #blocksSent = 0;
  #conns = 0;
  #tickMs = Infinity;
  #settling = false;

  constructor(
    queue: EventQueue,
    content: SimContent,
    chance: Chance,
    find: (key: string) => SimPeer | undefined,
    options: SimPeerOptions,
  ) {
    this.options = options;
    this.name = options.name;
    this.user = (options.user ?? options.name).padEnd(64, '0') as UserId;
    this.key = `${this.user}/${options.user === undefined ? 'home' : options.name}`;
    this.peerId = Uint8Array.from(Buffer.from(options.name.padEnd(20, '-')));
    this.vice = options.vice ?? {};
    this.host = new Host(queue, options.rates);
    this.#queue = queue;
    this.#content = content;
    this.#chance = chance;
    this.#find = find;
    this.swarm = options.engine ?? this.#newSwarm();
    this.#settle();
  }

  #newSwarm(): Swarm {
    const { seed, hasMetadata = seed, poolBytes = Infinity } = this.options;
    const pretendsAll = seed || this.vice.claimsAll === true;
    const { torrent, infoHash } = this.#content;
    const pieces = torrent.content.pieceCount;
    return new Swarm({
      infoHash,
      ...(hasMetadata || pretendsAll ? { torrent } : {}),
      ...(pretendsAll ? { pieceLayers: this.#content.layers(), held: Bitfield.full(pieces) } : {}),
      ownPeerId: this.peerId,
      ownKey: this.key,
      pool: this.#content.files ? new SharedPiecePool(64 * 1024 * 1024) : countedPool(poolBytes),
      chance: this.#chance,
      nowMs: this.#queue.nowMs,
      ...(this.options.config && { config: this.options.config }),
      ...(this.options.priorities && { priorities: this.options.priorities }),
    });
  }

  /** After each piece of news: carry out what the swarm wants, and look at the clock. */
  news(action: (swarm: Swarm, nowMs: number) => void): void {
    if (!this.online) return;
    action(this.swarm, this.#queue.nowMs);
    this.#settle();
  }

  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    for (let effects = this.swarm.takeEffects(); effects.length > 0; effects = this.swarm.takeEffects()) {
      for (const effect of effects) this.#carryOut(effect);
    }
    this.#settling = false;
    this.#planTick();
  }

  #planTick(): void {
    const atMs = this.swarm.nextTickMs(this.#queue.nowMs);
    if (atMs >= this.#tickMs || atMs === Infinity) return;
    this.#tickMs = atMs;
    this.#queue.at(atMs, () => {
      if (this.#tickMs !== atMs) return;
      this.#tickMs = Infinity;
      this.news((swarm, nowMs) => swarm.tick(nowMs));
    });
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        return this.#send(effect.conn, effect.message);
      case 'sendBlock':
        return this.#sendBlock(effect.conn, effect.piece, effect.begin, effect.length);
      case 'close':
        return this.#close(effect.conn, effect.fault);
      case 'dial':
        return this.#dial(effect.key);
      case 'storePiece':
        return this.#store(effect.piece, effect.bytes, effect.root, effect.rootBytes);
      case 'metadata':
        this.#queue.after(1, () =>
          this.news((swarm, now) => swarm.attachStorage(undefined, undefined, now, this.options.priorities)),
        );
        return undefined;
      case 'serveHashes':
        return this.#serveHashes(effect.conn, effect);
      case 'complete':
        this.completeMs ??= this.#queue.nowMs;
        return undefined;
      default:
        return undefined;
    }
  }

  #send(conn: number, message: Message): void {
    const link = this.#links.get(conn);
    if (!link) return;
    this.messagesSent += 1;
    const isStrange = this.vice.isStranger === true || link.other.vice.isStranger === true;
    const told = isStrange ? withoutOwn(message) : message;
    if (!told) {
      this.#queue.after(0, () =>
        this.news((swarm, now) => swarm.onBytesSent(conn, frameBytes(message), now)),
      );
      return;
    }
    const bytes = frameBytes(told);
    link.out.write({
      bytes,
      onArrived: () => link.other.news((swarm, nowMs) => swarm.onMessage(link.otherConn, told, nowMs)),
    });
  }

  #sendBlock(conn: number, piece: number, begin: number, length: number): void {
    const link = this.#links.get(conn);
    if (!link || this.#isStalled()) return;
    const { other, otherConn } = link;
    const bytes = this.#blockBytes(piece, begin, length);
    link.out.write({
      bytes: PIECE_HEADER_BYTES + length,
      onBytes: (from, count) =>
        other.onBlockBytes(this, otherConn, { piece, begin, length, from, count, bytes }),
      onArrived: () => other.news((swarm, nowMs) => swarm.onBlock(otherConn, piece, begin, length, nowMs)),
    });
  }

  #isStalled(): boolean {
    this.#blocksSent += 1;
    return this.vice.claimsAll === true || this.#blocksSent > (this.vice.stallsAfterBlocks ?? Infinity);
  }

  #blockBytes(piece: number, begin: number, length: number): Uint8Array | undefined {
    if (!this.#content.files) return undefined;
    const { content } = this.#content.torrent;
    const { file, offset } = pieceAt(content, piece);
    const truth = this.#content.files[file]!.subarray(offset + begin, offset + begin + length);
    if (this.vice.lies === undefined || this.#chance() >= this.vice.lies) return truth;
    const lie = truth.slice();
    lie[Math.floor(this.#chance() * length)]! ^= 1 + Math.floor(this.#chance() * 255);
    return lie;
  }

  /** As the decoder would: it asks where the bytes go for every chunk. */
  onBlockBytes(
    from: SimPeer,
    conn: number,
    part: {
      piece: number;
      begin: number;
      length: number;
      from: number;
      count: number;
      bytes: Uint8Array | undefined;
    },
  ): void {
    if (!this.online) return;
    const start = Math.max(0, part.from - PIECE_HEADER_BYTES);
    const end = part.from + part.count - PIECE_HEADER_BYTES;
    if (end <= start) return;
    const target = this.swarm.blockTarget(conn, part.piece, part.begin, part.length, this.#queue.nowMs);
    if (!target) {
      const fault = new PeerFault(
        'UNREQUESTED_BLOCK',
        `piece ${part.piece} at ${part.begin} from ${from.name}`,
      );
      this.#close(conn, fault);
      this.news((swarm, nowMs) => swarm.onDisconnected(conn, nowMs, fault));
    } else if (part.bytes) target.set(part.bytes.subarray(start, end), start);
  }

  #store(piece: number, bytes: Uint8Array, root: Uint8Array, rootBytes: number): void {
    const real = this.#content.files !== undefined;
    this.#queue.after(VERIFY_MS, () => {
      const good = !real || equalBytes(pieceRoot(bytes, rootBytes), root);
      if (good && real) this.stored.set(piece, bytes.slice());
      this.news((swarm, nowMs) =>
        good ? swarm.onPieceStored(piece, nowMs) : swarm.onPieceBad(piece, nowMs),
      );
    });
  }

  #serveHashes(conn: number, effect: Effect & { type: 'serveHashes' }): void {
    const { files, torrent } = this.#content;
    this.leavesServed += 1;
    const leaves =
      this.vice.hidesLeaves === true
        ? undefined
        : files && leafHashes(pieceBytes(torrent.content, files, effect.piece));
    this.#queue.after(VERIFY_MS, () =>
      this.news((swarm, nowMs) => swarm.onLeafHashes(conn, effect.request, leaves, nowMs)),
    );
  }

  #dial(key: string): void {
    const other = this.#find(key);
    const roundTripMs = 2 * this.options.latencyMs;
    this.#queue.after(3 * roundTripMs, () => {
      if (!this.online) return;
      if (!other?.online) this.news((swarm, nowMs) => swarm.onDialFailed(key, nowMs));
      else this.#connect(other, key);
    });
  }

  #connect(other: SimPeer, key: string): void {
    const conn = this.#nextConn();
    const otherConn = other.#nextConn();
    const latencyMs = (this.options.latencyMs + other.options.latencyMs) / 2;
    this.#links.set(conn, { other, otherConn, out: this.#flowTo(other, conn, latencyMs) });
    other.#links.set(otherConn, {
      other: this,
      otherConn: conn,
      out: other.#flowTo(this, otherConn, latencyMs),
    });
    other.news((swarm, nowMs) => swarm.onConnected(otherConn, this.#infoFor(undefined, false), nowMs));
    this.news((swarm, nowMs) => swarm.onConnected(conn, other.#infoFor(key, true), nowMs));
  }

  #nextConn(): number {
    return (this.#conns += 1);
  }

  #infoFor(key: string | undefined, outgoing: boolean) {
    return { key, user: this.user, peerId: this.peerId, outgoing, reserved: RESERVED };
  }

  #flowTo(other: SimPeer, conn: number, latencyMs: number): Flow {
    return new Flow(this.host, other.host, latencyMs, this.options.bufferBytes, (bytes) => {
      // As sockets do: never from within a write.
      this.#queue.after(0, () => this.news((swarm, nowMs) => swarm.onBytesSent(conn, bytes, nowMs)));
    });
  }

  #close(conn: number, fault: PeerFault | undefined): void {
    const link = this.#links.get(conn);
    if (!link) return;
    if (fault) this.faults.push({ user: link.other.user, fault });
    this.#cut(conn, link);
  }

  #cut(conn: number, link: Link): void {
    this.#links.delete(conn);
    link.out.close();
    const { other, otherConn } = link;
    this.#queue.after(link.out.latencyMs, () => {
      other.#links.get(otherConn)?.out.close();
      other.#links.delete(otherConn);
      other.news((swarm, nowMs) => swarm.onDisconnected(otherConn, nowMs));
    });
  }

  /** The machine is unplugged. */
  vanish(): void {
    this.online = false;
    for (const [conn, link] of this.#links) this.#cut(conn, link);
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Whether every byte on this machine's disk is what it should be. */
  hasTruth(): boolean {
    const { files, torrent } = this.#content;
    if (!files) return this.swarm.status(this.#queue.nowMs).isComplete;
    for (let piece = 0; piece < torrent.content.pieceCount; piece += 1) {
      const stored = this.stored.get(piece);
      if (!stored || !equalBytes(stored, pieceBytes(torrent.content, files, piece))) return false;
    }
    return true;
  }
}

function pieceBytes(content: Content, files: readonly Uint8Array[], piece: number): Uint8Array {
  const { file, offset, length } = pieceAt(content, piece);
  return files[file]!.subarray(offset, offset + length);
}

/** What a client that knows nothing of this program's extension would say instead. */
function withoutOwn(message: Message): Message | undefined {
  if (message.type === 'suggest' || message.type === 'group-news') return undefined;
  if (message.type !== 'extension-handshake') return message;
  const { own: _own, ids, ...rest } = message.handshake;
  const { own: _id, ...others } = ids;
  return { type: 'extension-handshake', handshake: { ...rest, ids: others } };
}
