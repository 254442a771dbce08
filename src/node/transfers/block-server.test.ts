import { expect, test } from 'vitest';

import { CommandError } from '../../base/index.ts';
import { pieceHeader, PIECE_HEADER_BYTES } from '../../wire/index.ts';
import { BlockServer } from './block-server.ts';
import { FramePool } from './frame-pool.ts';

const PIECE_BYTES = 100;
const range = { piece: 3, begin: 90, length: 16 };

/** A server whose pool gives out a buffer that was used before, and what it writes. */
function serverWithUsedBuffers(): { server: BlockServer; frames: FramePool; sent: Uint8Array[] } {
  const frames = new FramePool();
  frames.release(new Uint8Array(PIECE_HEADER_BYTES + range.length).fill(0xff));
  return { server: new BlockServer(frames), frames, sent: [] };
}

test('what lies past the end of the piece is sent as zeros, not as what was sent before', async () => {
  const { server, sent } = serverWithUsedBuffers();
  const link = { writeFrame: (frame: Uint8Array) => void sent.push(frame) };
  const files = {
    readBlock: async (_piece: number, begin: number, into: Uint8Array) => void into.fill(begin),
  };
  await server.send(link, files, range, PIECE_BYTES);
  const block = [...new Uint8Array(10).fill(90), ...new Uint8Array(6)];
  expect([...(sent[0] ?? [])]).toEqual([...pieceHeader(range.piece, range.begin, range.length), ...block]);
});

test('a block that cannot be read is not sent, and its buffer serves again', async () => {
  const { server, frames, sent } = serverWithUsedBuffers();
  const link = { writeFrame: (frame: Uint8Array) => void sent.push(frame) };
  const used: ArrayBufferLike[] = [];
  const files = {
    readBlock: async (_piece: number, _begin: number, into: Uint8Array) => {
      used.push(into.buffer);
      throw new CommandError('FILE_CHANGED', 'it is another one');
    },
  };
  await expect(server.send(link, files, range, PIECE_BYTES)).rejects.toThrow('another');
  expect(sent).toEqual([]);
  expect(frames.acquire(PIECE_HEADER_BYTES + range.length).buffer).toBe(used[0]);
});
