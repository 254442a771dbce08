import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeerFault, utf8 } from '../base/index.ts';
import { encode } from '../bencode/index.ts';
import {
  encodeHandshake,
  encodeMessage,
  EXTENSION_IDS,
  frameBytes,
  HANDSHAKE_BYTES,
  LARGEST_REQUEST_BYTES,
  MessageDecoder,
  parseHandshake,
  pieceHeader,
  RESERVED,
  speaksExtensions,
  speaksFast,
  type Heard as HeardMessage,
  type Message,
  type MessageSink,
} from './index.ts';

type Heard =
  | HeardMessage
  | { readonly type: 'block'; readonly piece: number; readonly begin: number; readonly bytes: Uint8Array };

/** Takes every block, and keeps all in the order in which it came. */
class Listener implements MessageSink {
  readonly heard: Heard[] = [];
  #target = new Uint8Array(0);
  #of = '';

  onMessage(message: HeardMessage): void {
    this.heard.push(message);
  }
  blockTarget(piece: number, begin: number, length: number): Uint8Array {
    if (this.#of !== `${piece}/${begin}/${length}`) this.#target = new Uint8Array(length);
    this.#of = `${piece}/${begin}/${length}`;
    return this.#target;
  }
  onBlock(piece: number, begin: number): void {
    this.heard.push({ type: 'block', piece, begin, bytes: this.#target });
    this.#of = '';
  }
}

function hear(...chunks: Uint8Array[]): Heard[] {
  const listener = new Listener();
  const decoder = new MessageDecoder(listener);
  for (const chunk of chunks) decoder.push(chunk);
  return listener.heard;
}

function faultOf(...chunks: Uint8Array[]): string {
  try {
    hear(...chunks);
  } catch (error) {
    if (error instanceof PeerFault) return error.code;
    throw error;
  }
  return 'none';
}

const u32 = fc.nat(0xffffffff);
const bytes = (max: number) => fc.uint8Array({ maxLength: max });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const range = { piece: u32, begin: u32, length: u32 };
const request = fc.record({ piecesRoot: hash, baseLayer: u32, index: u32, length: u32, proofLayers: u32 });
const own = fc.record(
  { requestBytesMax: fc.nat(1e6), device: fc.string({ maxLength: 16 }), groupDigest: bytes(32) },
  { requiredKeys: ['requestBytesMax', 'device'] },
);
const handshake = fc.record(
  {
    ids: fc.constant(EXTENSION_IDS),
    metadataBytes: fc.nat(),
    requestsMax: fc.nat(),
    uploadOnly: fc.boolean(),
    client: fc.string({ maxLength: 16 }),
    own,
  },
  { requiredKeys: ['ids'] },
);

const message: fc.Arbitrary<Message> = fc.oneof(
  ...(
    ['keep-alive', 'choke', 'unchoke', 'interested', 'not-interested', 'have-all', 'have-none'] as const
  ).map((type) => fc.constant<Message>({ type })),
  ...(['have', 'suggest', 'allowed-fast'] as const).map((type) =>
    fc.record({ type: fc.constant(type), piece: u32 }),
  ),
  ...(['request', 'cancel', 'reject'] as const).map((type) =>
    fc.record({ type: fc.constant(type), ...range }),
  ),
  fc.record({ type: fc.constant('bitfield' as const), bits: bytes(300) }),
  ...(['hash-request', 'hash-reject'] as const).map((type) =>
    fc.record({ type: fc.constant(type), request }),
  ),
  fc.record({
    type: fc.constant('hashes' as const),
    request,
    hashes: fc.array(hash, { maxLength: 5 }).map((hashes) => new Uint8Array(Buffer.concat(hashes))),
  }),
  fc.record({ type: fc.constant('extension-handshake' as const), handshake }),
  ...(['metadata-request', 'metadata-reject'] as const).map((type) =>
    fc.record({ type: fc.constant(type), id: fc.constant(EXTENSION_IDS.metadata), piece: u32 }),
  ),
  fc.record({
    type: fc.constant('metadata-data' as const),
    id: fc.constant(EXTENSION_IDS.metadata),
    piece: u32,
    totalBytes: u32,
    bytes: bytes(100),
  }),
  fc.record({ type: fc.constant('dont-have' as const), id: fc.constant(EXTENSION_IDS.dontHave), piece: u32 }),
  fc.record({
    type: fc.constant('upload-only' as const),
    id: fc.constant(EXTENSION_IDS.uploadOnly),
    uploadOnly: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('group-news' as const),
    id: fc.constant(EXTENSION_IDS.own),
    payload: bytes(100),
  }),
);

const block = fc
  .record({ piece: u32, begin: u32, bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }) })
  .map((fields) => ({ type: 'block' as const, ...fields }));

function onTheWire(heard: Message | (Heard & { type: 'block' })): Uint8Array {
  if (heard.type !== 'block') return encodeMessage(heard);
  return Buffer.concat([pieceHeader(heard.piece, heard.begin, heard.bytes.length), heard.bytes]);
}

/** Cuts `whole` at the given places (taken modulo its length). */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return cuts.slice(1).map((end, at) => whole.slice(cuts[at], end));
}

describe('messages', () => {
  test('what is encoded is decoded, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(message, block), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (said, places) => {
          const stream = new Uint8Array(Buffer.concat(said.map(onTheWire)));
          expect(hear(...cut(stream, places))).toEqual(said);
          expect(hear(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(said);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  test('frameBytes is the length of the frame', () => {
    fc.assert(
      fc.property(message, (said) => {
        expect(frameBytes(said)).toBe(encodeMessage(said).length);
      }),
      { seed: 2 },
    );
  });

  test('a message keeps nothing of the chunk it came in', () => {
    const chunk = Buffer.from(encodeMessage({ type: 'bitfield', bits: Uint8Array.of(1, 2, 3) }));
    const heard = hear(chunk);
    chunk.fill(0xff);
    expect(heard).toEqual([{ type: 'bitfield', bits: Uint8Array.of(1, 2, 3) }]);
  });

  test('of unknown ids and extensions that we did not announce only their length is told', () => {
    const unknown = Uint8Array.of(0, 0, 0, 3, 99, 1, 2);
    const extension = Uint8Array.of(0, 0, 0, 5, 20, 200, 1, 2, 3);
    expect(hear(unknown, extension, encodeMessage({ type: 'choke' }))).toEqual([
      { type: 'unknown', bytes: 2 },
      { type: 'unknown', bytes: 3 },
      { type: 'choke' },
    ]);
  });

  test('the rest of a block goes where its owner wants it by then', () => {
    const targets = [new Uint8Array(4), new Uint8Array(4)];
    let asked = 0;
    const done: number[] = [];
    const decoder = new MessageDecoder({
      onMessage: () => undefined,
      blockTarget: () => targets[asked++]!,
      onBlock: (piece) => done.push(piece),
    });
    decoder.push(pieceHeader(7, 0, 4));
    decoder.push(Uint8Array.of(1, 2));
    decoder.push(Uint8Array.of(3, 4));
    expect(targets).toEqual([Uint8Array.of(1, 2, 0, 0), Uint8Array.of(0, 0, 3, 4)]);
    expect(done).toEqual([7]);
  });
});

describe('hostile bytes', () => {
  test('give PeerFault or nothing, whatever they are', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(30), fc.uint8Array({ maxLength: 120 })).map(([id, payload]) => {
        const frame = Buffer.alloc(5 + payload.length);
        frame.writeUInt32BE(1 + payload.length, 0);
        frame[4] = id;
        frame.set(payload, 5);
        return new Uint8Array(frame);
      }),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), (chunks) => {
        faultOf(...chunks);
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });

  const frame = (length: number, ...rest: number[]): Uint8Array => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    return new Uint8Array([...head, ...rest]);
  };
  test.each([
    { why: 'a frame of 4 GiB', chunk: frame(0xffffffff, 6), code: 'FRAME_TOO_LONG' },
    {
      why: 'a block larger than any request',
      chunk: frame(9 + LARGEST_REQUEST_BYTES + 1, 7),
      code: 'FRAME_TOO_LONG',
    },
    { why: 'an unknown message of 1 MiB', chunk: frame(1 << 20, 99), code: 'FRAME_TOO_LONG' },
    { why: 'more hashes than anyone asks for', chunk: frame(1 + 48 + 32 * 577, 22), code: 'FRAME_TOO_LONG' },
    { why: 'a choke with a payload', chunk: frame(2, 0, 0), code: 'BAD_FRAME' },
    { why: 'a have of 3 bytes', chunk: frame(4, 4, 0, 0, 0), code: 'BAD_FRAME' },
    {
      why: 'a request of 13 bytes',
      chunk: frame(14, 6, ...new Array<number>(13).fill(0)),
      code: 'BAD_FRAME',
    },
    { why: 'a block without bytes', chunk: frame(9, 7, 0, 0, 0, 0, 0, 0, 0, 0), code: 'BAD_FRAME' },
    {
      why: 'hashes cut in the middle',
      chunk: frame(50, 22, ...new Array<number>(49).fill(0)),
      code: 'BAD_FRAME',
    },
    { why: 'an extended message without a number', chunk: frame(1, 20), code: 'BAD_EXTENSION' },
    {
      why: 'an extension handshake that is no dictionary',
      chunk: frame(5, 20, 0, 0x69, 0x31, 0x65),
      code: 'BAD_EXTENSION',
    },
    { why: 'metadata without a dictionary', chunk: frame(3, 20, 1, 0x78), code: 'BAD_EXTENSION' },
    {
      why: 'a negative piece of metadata',
      chunk: metadataMessage('d8:msg_typei0e5:piecei-1ee'),
      code: 'BAD_EXTENSION',
    },
  ])('$why is $code', ({ chunk, code }) => {
    expect(faultOf(chunk)).toBe(code);
  });

  function metadataMessage(dict: string): Uint8Array {
    const body = utf8(dict);
    return new Uint8Array([...frame(2 + body.length, 20, EXTENSION_IDS.metadata), ...body]);
  }

  test('a block that nobody wants is a fault', () => {
    const decoder = new MessageDecoder({
      onMessage: () => undefined,
      blockTarget: () => undefined,
      onBlock: () => undefined,
    });
    expect(() => decoder.push(Buffer.concat([pieceHeader(1, 0, 16), Buffer.alloc(1)]))).toThrow(
      'UNREQUESTED_BLOCK',
    );
  });

  test('a long frame costs no memory before it comes', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 500 }, () => new MessageDecoder(new Listener()));
    for (const decoder of decoders) decoder.push(frame(1 << 20, 5, 1, 2, 3));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  test('strange values in an extension handshake count as absent', () => {
    const dict = encode(
      new Map<string, number | Uint8Array | Map<string, number>>([
        [
          'm',
          new Map([
            ['ut_metadata', 0],
            ['lt_donthave', 9],
            ['mbt', 300],
          ]),
        ],
        ['mbt', new Map([['b', 5]])],
        ['metadata_size', utf8('big')],
        ['reqq', -4],
        ['v', new Uint8Array(1000)],
      ]),
    );
    const heard = hear(new Uint8Array([...frame(2 + dict.length, 20, 0), ...dict]));
    expect(heard).toEqual([{ type: 'extension-handshake', handshake: { ids: { dontHave: 9 } } }]);
  });
});

describe('handshake', () => {
  const infoHash = Uint8Array.from({ length: 32 }, (_, n) => n);
  const peerId = Uint8Array.from({ length: 20 }, (_, n) => 100 + n);

  test('is 68 bytes, with the info-hash cut to 20', () => {
    const sent = encodeHandshake(infoHash, peerId);
    expect(sent.length).toBe(HANDSHAKE_BYTES);
    expect(parseHandshake(sent)).toEqual({ reserved: RESERVED, infoHash: infoHash.slice(0, 20), peerId });
    expect(speaksExtensions(RESERVED) && speaksFast(RESERVED)).toBe(true);
  });

  test.each([
    { why: 'another protocol', change: (bytes: Uint8Array) => void (bytes[3] = 0) },
    { why: 'another length of the name', change: (bytes: Uint8Array) => void (bytes[0] = 18) },
  ])('$why is refused', ({ change }) => {
    const sent = encodeHandshake(infoHash, peerId);
    change(sent);
    expect(() => parseHandshake(sent)).toThrow('BAD_HANDSHAKE');
  });
});
