import { invariant, PeerFault } from '../base/index.ts';
import { LARGEST_REQUEST_BYTES } from './extension-handshake.ts';
import { ID } from './message-ids.ts';
import { HASH_REQUEST_BYTES, type Heard } from './message.ts';
import { parseMessage } from './parse.ts';

/** Who hears what one connection says, in the order in which it was said. */
export interface MessageSink {
  onMessage(message: Heard): void;
  /**
   * Where a block's bytes go: `length` bytes. Asked anew for each chunk of the block, so that the owner can send
   * the rest of it elsewhere; what was written before is not written again. Undefined: nobody asked for it, and
   * the decoder throws PeerFault UNREQUESTED_BLOCK.
   */
  blockTarget(piece: number, begin: number, length: number): Uint8Array | undefined;
  /** All bytes of the block have been written. */
  onBlock(piece: number, begin: number, length: number): void;
}

const LENGTH_BYTES = 4;
const ID_BYTES = 5;
const PIECE_HEAD_BYTES = 13;
const FIRST_ROOM_BYTES = 4096;

/**
 * Copies as memcpy does, for a source as long as the range. `set` goes byte by byte when the target is shared memory and either side
 * starts off a word, as blocks behind their 13 bytes of header do: four times as slow.
 */
const fillBytes = Buffer.prototype.fill;

/** Hashes in one answer, as we ask for no more (BEP 52 advises 512), and uncles on the way to the root. */
const HASHES_MAX = 512;
const PROOF_HASHES_MAX = 64;

/** Payload bytes at most, by id. Others are bounded by OTHER_MAX. */
const OTHER_MAX = 64 * 1024;
const PAYLOAD_MAX: ReadonlyMap<number, number> = new Map([
  [ID.piece, 8 + LARGEST_REQUEST_BYTES],
  [ID.bitfield, 1024 * 1024],
  [ID.extended, 128 * 1024],
  [ID.hashes, HASH_REQUEST_BYTES + 32 * (HASHES_MAX + PROOF_HASHES_MAX)],
]);

/**
 * Bytes of one connection in (after the handshake), messages out. A block's bytes are copied once, from the chunk
 * to where the sink wants them; other frames only if a chunk ends inside them. Memory grows with what has come,
 * never with what a frame announces. Throws PeerFault, after which it must not be used.
 */
export class MessageDecoder {
  readonly #sink: MessageSink;
  readonly #head = new Uint8Array(PIECE_HEAD_BYTES);
  #headFill = 0;
  #headNeed = LENGTH_BYTES;
  /** Bytes of the frame after its length. */
  #frameBytes = 0;
  /** The payload of a frame under way that is no block. */
  #body: Uint8Array | undefined;
  #bodyFill = 0;
  #bodyNeed = 0;
  #piece = 0;
  #begin = 0;
  #blockLength = 0;
  #blockFill = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#blockLength > 0) at = this.#takeBlock(chunk, at);
      else if (this.#bodyNeed > 0) at = this.#takeBody(chunk, at);
      else at = this.#takeHead(chunk, at);
    }
  }

  #takeHead(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#headFill < this.#headNeed) this.#head[this.#headFill++] = chunk[at++]!;
    if (this.#headFill === this.#headNeed) this.#onHead();
    return at;
  }

  #onHead(): void {
    if (this.#headNeed === LENGTH_BYTES) this.#onLength();
    else if (this.#headNeed === ID_BYTES) this.#onId();
    else this.#onBlockStart();
  }

  #onLength(): void {
    this.#frameBytes = this.#headU32(0);
    if (this.#frameBytes === 0) {
      this.#nextFrame();
      this.#sink.onMessage({ type: 'keep-alive' });
    } else this.#headNeed = ID_BYTES;
  }

  #onId(): void {
    const id = this.#head[4]!;
    const payloadBytes = this.#frameBytes - 1;
    if (payloadBytes > (PAYLOAD_MAX.get(id) ?? OTHER_MAX)) {
      throw new PeerFault('FRAME_TOO_LONG', `message ${id} of ${this.#frameBytes} B`);
    }
    if (id === ID.piece) {
      if (payloadBytes <= 8) throw new PeerFault('BAD_FRAME', 'a block without bytes');
      this.#headNeed = PIECE_HEAD_BYTES;
    } else if (payloadBytes === 0) this.#deliver(id, this.#head.subarray(0, 0));
    else this.#bodyNeed = payloadBytes;
  }

  #onBlockStart(): void {
    this.#piece = this.#headU32(5);
    this.#begin = this.#headU32(9);
    this.#blockLength = this.#frameBytes - 9;
    this.#blockFill = 0;
  }

  #takeBlock(chunk: Uint8Array, at: number): number {
    const target = this.#sink.blockTarget(this.#piece, this.#begin, this.#blockLength);
    if (!target) {
      const what = `piece ${this.#piece} at ${this.#begin}, ${this.#blockLength} B`;
      throw new PeerFault('UNREQUESTED_BLOCK', what);
    }
    invariant(target.length === this.#blockLength, 'a block target of another length');
    const end = Math.min(chunk.length, at + this.#blockLength - this.#blockFill);
    const fillEnd = this.#blockFill + end - at;
    fillBytes.call(target, chunk.subarray(at, end), this.#blockFill, fillEnd);
    this.#blockFill = fillEnd;
    if (this.#blockFill === this.#blockLength) {
      this.#blockLength = 0;
      this.#nextFrame();
      this.#sink.onBlock(this.#piece, this.#begin, target.length);
    }
    return end;
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#bodyNeed - this.#bodyFill);
    if (this.#bodyFill === 0 && end - at === this.#bodyNeed) {
      this.#deliver(this.#head[4]!, chunk.subarray(at, end));
      return end;
    }
    const body = this.#room(this.#bodyFill + end - at);
    body.set(chunk.subarray(at, end), this.#bodyFill);
    this.#bodyFill += end - at;
    if (this.#bodyFill === this.#bodyNeed) this.#deliver(this.#head[4]!, body.subarray(0, this.#bodyNeed));
    return end;
  }

  /** The body's buffer, with room for `bytes` at least. */
  #room(bytes: number): Uint8Array {
    const old = this.#body;
    if (old && old.length >= bytes) return old;
    const size = Math.min(this.#bodyNeed, Math.max(FIRST_ROOM_BYTES, 2 * bytes));
    const grown = new Uint8Array(size);
    if (old) grown.set(old.subarray(0, this.#bodyFill));
    this.#body = grown;
    return grown;
  }

  #deliver(id: number, payload: Uint8Array): void {
    this.#nextFrame();
    this.#sink.onMessage(parseMessage(id, payload));
  }

  #nextFrame(): void {
    this.#headFill = 0;
    this.#headNeed = LENGTH_BYTES;
    this.#body = undefined;
    this.#bodyFill = 0;
    this.#bodyNeed = 0;
  }

  #headU32(at: number): number {
    const head = this.#head;
    return head[at]! * 0x1000000 + ((head[at + 1]! << 16) | (head[at + 2]! << 8) | head[at + 3]!);
  }
}
