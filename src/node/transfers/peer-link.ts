import { equalBytes, PeerFault, type Cancel, type Clock } from '../../base/index.ts';
import type { PeerSocket } from '../../net/index.ts';
import type { ConnId, SourceKey, Swarm } from '../../swarm/index.ts';
import {
  encodeHandshake,
  HANDSHAKE_BYTES,
  MessageDecoder,
  parseHandshake,
  type Handshake,
  type Heard,
  type MessageSink,
} from '../../wire/index.ts';
import type { FramePool } from './frame-pool.ts';

/** From admission to the end of the BitTorrent handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** What a link needs of the swarm's run that it belongs to. */
export interface LinkOwner {
  readonly swarm: Swarm;
  /** 20 bytes: the torrent as the handshake names it. */
  readonly wireHash: Uint8Array;
  readonly ownPeerId: Uint8Array;
  readonly frames: FramePool;
  readonly clock: Clock;
  /** Both handshakes are through and right. */
  onLinkOpen(link: PeerLink, handshake: Handshake): void;
  /** The link told the swarm something: see what it wants done. */
  onLinkNews(): void;
  onLinkClosed(link: PeerLink, reason: Error): void;
}

interface OwnedFrame {
  readonly frame: Uint8Array;
  /** It has left when so many bytes have, counted from the beginning of the connection. */
  readonly endAt: number;
}

/** One peer of one swarm: the BitTorrent handshake, then bytes to messages and back. */
export class PeerLink implements MessageSink {
  readonly conn: ConnId;
  readonly socket: PeerSocket;
  /** The source that was dialled. */
  readonly key: SourceKey | undefined;
  readonly #owner: LinkOwner;
  readonly #decoder = new MessageDecoder(this);
  readonly #cancelDeadline: Cancel;
  readonly #frames: OwnedFrame[] = [];
  #greeting: Uint8Array | undefined = new Uint8Array(HANDSHAKE_BYTES);
  #greetingFill = 0;
  #nowMs = 0;
  #bytesWritten = 0;
  #bytesSent = 0;

  constructor(owner: LinkOwner, conn: ConnId, socket: PeerSocket, key: SourceKey | undefined) {
    this.#owner = owner;
    this.conn = conn;
    this.socket = socket;
    this.key = key;
    this.#cancelDeadline = owner.clock.after(HANDSHAKE_TIMEOUT_MS, () =>
      this.close(new PeerFault('SILENT', 'no handshake')),
    );
  }

  /** Whether the handshakes are through: the swarm knows of this connection. */
  get isOpen(): boolean {
    return this.#greeting === undefined;
  }

  /** Begins to talk. Of the two the one that dialled speaks first. */
  start(): void {
    if (this.socket.outgoing) this.#greet();
    this.socket.start({
      onData: (chunk) => this.#onData(chunk),
      onSent: (bytes) => this.#onSent(bytes),
      onClose: (reason) => this.#onClose(reason),
    });
  }

  write(bytes: Uint8Array): void {
    this.#bytesWritten += bytes.length;
    this.socket.write(bytes);
  }

  /** Writes a frame of the owner's pool and gives it back when it has left. */
  writeFrame(frame: Uint8Array): void {
    this.write(frame);
    this.#frames.push({ frame, endAt: this.#bytesWritten });
  }

  close(reason: Error): void {
    this.socket.destroy(reason);
  }

  onMessage(message: Heard): void {
    this.#owner.swarm.onMessage(this.conn, message, this.#nowMs);
  }

  blockTarget(piece: number, begin: number, length: number): Uint8Array | undefined {
    return this.#owner.swarm.blockTarget(this.conn, piece, begin, length, this.#nowMs);
  }

  onBlock(piece: number, begin: number, length: number): void {
    this.#owner.swarm.onBlock(this.conn, piece, begin, length, this.#nowMs);
  }

  #onData(chunk: Uint8Array): void {
    this.#nowMs = this.#owner.clock.nowMs();
    try {
      const rest = this.isOpen ? chunk : this.#takeGreeting(chunk);
      if (this.isOpen && rest.length > 0) this.#decoder.push(rest);
    } catch (error) {
      if (!(error instanceof PeerFault)) throw error;
      this.close(error);
    }
    this.#owner.onLinkNews();
  }

  #takeGreeting(chunk: Uint8Array): Uint8Array {
    const greeting = this.#greeting;
    if (greeting === undefined) return chunk;
    const length = Math.min(HANDSHAKE_BYTES - this.#greetingFill, chunk.length);
    greeting.set(chunk.subarray(0, length), this.#greetingFill);
    this.#greetingFill += length;
    if (this.#greetingFill === HANDSHAKE_BYTES) this.#onGreeting(parseHandshake(greeting));
    return chunk.subarray(length);
  }

  #onGreeting(handshake: Handshake): void {
    const { wireHash, ownPeerId } = this.#owner;
    if (!equalBytes(handshake.infoHash, wireHash)) {
      throw new PeerFault('BAD_HANDSHAKE', 'another torrent than the server name said');
    }
    if (equalBytes(handshake.peerId, ownPeerId)) throw new PeerFault('SELF', 'this is ourselves');
    this.#cancelDeadline();
    this.#greeting = undefined;
    if (!this.socket.outgoing) this.#greet();
    this.#owner.onLinkOpen(this, handshake);
  }

  #greet(): void {
    this.write(encodeHandshake(this.#owner.wireHash, this.#owner.ownPeerId));
  }

  #onSent(bytes: number): void {
    this.#bytesSent += bytes;
    for (let first = this.#frames[0]; first && first.endAt <= this.#bytesSent; first = this.#frames[0]) {
      this.#owner.frames.release(first.frame);
      this.#frames.shift();
    }
    if (!this.isOpen) return;
    this.#owner.swarm.onBytesSent(this.conn, bytes, this.#owner.clock.nowMs());
    this.#owner.onLinkNews();
  }

  #onClose(reason: Error): void {
    this.#cancelDeadline();
    // Frames still queued are left to the garbage collector: the system may be reading them.
    this.#frames.length = 0;
    this.#owner.onLinkClosed(this, reason);
  }
}
