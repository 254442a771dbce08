import { seededChance, type PeerFaultCode, type UserId } from '../../src/base/index.ts';
import {
  Bitfield,
  buildContent,
  buildTorrent,
  leafHashes,
  merkleRoot,
  PieceLayers,
  rootOfLayer,
  type Torrent,
} from '../../src/metainfo/index.ts';
import { EXTENSION_IDS, RESERVED, type ExtensionHandshake, type Message } from '../../src/wire/index.ts';

import { SharedPiecePool, Swarm, type Effect, type SwarmConfig } from '../../src/swarm/index.ts';

export const PIECE_BYTES = 256 * 1024;
export const OWN_ID = new Uint8Array(20).fill(0x4d);

/** For tests: a content of real bytes, and all that a swarm could want to know of it. */
export class TestContent {
  readonly bytes: Uint8Array;
  readonly torrent: Torrent;
  readonly #layer: Uint8Array;

  constructor(pieces: number, lastPieceBytes = PIECE_BYTES) {
    const chance = seededChance(pieces);
    this.bytes = new Uint8Array((pieces - 1) * PIECE_BYTES + lastPieceBytes).map(() => chance() * 256);
    const roots = Array.from({ length: pieces }, (_, n) => merkleRoot(leafHashes(this.piece(n)), 0, 4));
    this.#layer = new Uint8Array(Buffer.concat(roots));
    const piecesRoot = pieces === 1 ? this.#layer : rootOfLayer(this.#layer, PIECE_BYTES);
    const file = { path: ['file'], length: this.bytes.length, piecesRoot };
    this.torrent = buildTorrent(buildContent({ name: 'file', isFolder: false, files: [file] }));
  }

  piece(n: number): Uint8Array {
    return this.bytes.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES);
  }

  layers(): PieceLayers {
    const layers = PieceLayers.fromBytes(this.torrent.content, this.#layer);
    if (!layers) throw new Error('the layers of the test content do not fit');
    return layers;
  }
}

interface ScriptOptions {
  /** Everything is held. */
  readonly seed?: boolean;
  readonly noMetadata?: boolean;
  readonly noLayers?: boolean;
  /** Of the last piece. @default as many as the others have */
  readonly lastPieceBytes?: number;
  readonly config?: Partial<SwarmConfig>;
  /** Memory for pieces under way. @default 64 pieces */
  readonly poolBytes?: number;
}

/** For tests: one real swarm whose peers say what the test lets them say. */
export class Script {
  readonly swarm: Swarm;
  readonly content: TestContent;
  nowMs = 0;
  /** All effects so far. */
  readonly effects: Effect[] = [];
  #conns = 0;

  constructor(pieces: number, options: ScriptOptions = {}) {
    this.content = new TestContent(pieces, options.lastPieceBytes);
    const { torrent } = this.content;
    this.swarm = new Swarm({
      infoHash: torrent.infoHash,
      ...(options.noMetadata === true ? {} : { torrent }),
      ...(options.noLayers === true ? {} : { pieceLayers: this.content.layers() }),
      ...(options.seed === true ? { held: Bitfield.full(pieces) } : {}),
      ownPeerId: OWN_ID,
      ownKey: `${'5'.repeat(64)}/own`,
      pool: new SharedPiecePool(options.poolBytes ?? 16 * 1024 * 1024),
      chance: seededChance(1),
      nowMs: 0,
      ...(options.config && { config: options.config }),
    });
    this.#collect();
  }

  /** A new connection; `user` is one digit, and tells the peer id, too. */
  connect(user = 'a', more: { outgoing?: boolean; reserved?: Uint8Array; peerId?: Uint8Array } = {}): number {
    const conn = (this.#conns += 1);
    const {
      outgoing = false,
      reserved = RESERVED,
      peerId = new Uint8Array(20).fill(user.charCodeAt(0)),
    } = more;
    const key = outgoing ? `${user.repeat(64)}/home` : undefined;
    this.swarm.onConnected(
      conn,
      { key, user: user.repeat(64) as UserId, peerId, outgoing, reserved },
      this.nowMs,
    );
    this.#collect();
    return conn;
  }

  say(conn: number, ...messages: Message[]): void {
    for (const message of messages) this.swarm.onMessage(conn, message, this.nowMs);
    this.#collect();
  }

  /** What one of our own kind says first. */
  sayOwn(conn: number, more: Partial<ExtensionHandshake> = {}): void {
    const own = { requestBytesMax: 256 * 1024, device: 'home' };
    this.say(conn, { type: 'extension-handshake', handshake: { ids: EXTENSION_IDS, own, ...more } });
  }

  /** The bytes of a block come; false if the swarm wants no such block. */
  give(conn: number, piece: number, begin: number, bytes: Uint8Array): boolean {
    const target = this.swarm.blockTarget(conn, piece, begin, bytes.length, this.nowMs);
    if (!target) return false;
    target.set(bytes);
    this.swarm.onBlock(conn, piece, begin, bytes.length, this.nowMs);
    this.#collect();
    return true;
  }

  /** Answers with the truth what `conn` was asked for since `from` (an index into `effects`), and what that leads to. */
  answer(conn: number, from = 0): void {
    this.answerWith(conn, from, ({ piece, begin, length }) =>
      this.content.piece(piece).subarray(begin, begin + length),
    );
  }

  answerWith(
    conn: number,
    from: number,
    bytesOf: (request: Message & { type: 'request' }) => Uint8Array,
  ): void {
    for (let at = from; at < this.effects.length; at += 1) {
      const effect = this.effects[at];
      if (effect?.type !== 'send' || effect.conn !== conn || effect.message.type !== 'request') continue;
      const { piece, begin } = effect.message;
      this.give(conn, piece, begin, bytesOf(effect.message));
    }
  }

  requests(conn: number, from = 0): (Message & { type: 'request' })[] {
    return this.sent(conn, from).filter((message) => message.type === 'request');
  }

  sent(conn: number, from = 0): Message[] {
    return this.effects.slice(from).flatMap((e) => (e.type === 'send' && e.conn === conn ? [e.message] : []));
  }

  types(conn: number, from = 0): string[] {
    return this.sent(conn, from).map((message) => message.type);
  }

  of<T extends Effect['type']>(type: T, from = 0): (Effect & { type: T })[] {
    return this.effects.slice(from).filter((effect): effect is Effect & { type: T } => effect.type === type);
  }

  /** Why `conn` was closed; undefined if it was not. */
  closedFor(conn: number): PeerFaultCode | 'no fault' | undefined {
    const close = this.of('close').find((effect) => effect.conn === conn);
    return close && (close.fault?.code ?? 'no fault');
  }

  /** Lets time pass, with the ticks that the swarm wants. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (
      let next = this.swarm.nextTickMs(this.nowMs);
      next <= endMs;
      next = this.swarm.nextTickMs(this.nowMs)
    ) {
      this.nowMs = Math.max(this.nowMs, next);
      this.swarm.tick(this.nowMs);
      this.#collect();
    }
    this.nowMs = endMs;
  }

  news(action: (swarm: Swarm, nowMs: number) => void): void {
    action(this.swarm, this.nowMs);
    this.#collect();
  }

  #collect(): void {
    this.effects.push(...this.swarm.takeEffects());
    this.swarm.checkInvariants();
  }
}
