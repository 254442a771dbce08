import { pieceHeader, PIECE_HEADER_BYTES, type BlockRange } from '../../wire/index.ts';
import { CommandError } from '../../base/index.ts';
import type { Hasher } from '../../hashing/index.ts';
import { pieceAt, type Content } from '../../metainfo/index.ts';
import type { FramePool } from './frame-pool.ts';
import type { PeerLink } from './peer-link.ts';
import type { PieceFiles } from './swarm-surroundings.ts';

/** Reads blocks straight behind their headers, so that a block goes from the page cache to TLS in one copy. */
export class BlockServer {
  readonly #frames: FramePool;

  constructor(frames: FramePool) {
    this.#frames = frames;
  }

  /**
   * What of the block lies past the end of its piece, of `pieceBytes`, is sent as zeros. Rejects if the rest can't be
   * read; nothing was written then.
   */
  async send(
    link: Pick<PeerLink, 'writeFrame'>,
    files: Pick<PieceFiles, 'readBlock'>,
    { piece, begin, length }: BlockRange,
    pieceBytes: number,
  ): Promise<void> {
    const frame = this.#frames.acquire(PIECE_HEADER_BYTES + length);
    const block = frame.subarray(PIECE_HEADER_BYTES);
    const realBytes = Math.min(length, pieceBytes - begin);
    try {
      await files.readBlock(piece, begin, block.subarray(0, realBytes));
      block.fill(0, realBytes);
    } catch (error) {
      this.#frames.release(frame);
      throw error;
    }
    frame.set(pieceHeader(piece, begin, length));
    link.writeFrame(frame);
  }
}

/** Leaf hashes of a piece as it is on disk; undefined if it can't be read. */
export async function leafHashesOf(
  hasher: Hasher,
  files: PieceFiles,
  content: Content,
  piece: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(new SharedArrayBuffer(pieceAt(content, piece).length));
  try {
    await files.readBlock(piece, 0, bytes);
    return await hasher.leafHashes(bytes);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
