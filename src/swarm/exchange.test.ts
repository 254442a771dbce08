import { describe, expect, test } from 'vitest';
import type { HashRequest } from '../metainfo/index.ts';
import { EXTENSION_IDS, type Message } from '../wire/index.ts';
import { Script } from '../../test/simulation/scripted-swarm.ts';

const BLOCK = 16 * 1024;
const ALL: Message = { type: 'have-all' };
const UNCHOKE: Message = { type: 'unchoke' };

describe('metadata', () => {
  const offer = (script: Script, bytes: number): number => {
    const conn = script.connect();
    script.say(conn, ALL);
    script.sayOwn(conn, { metadataBytes: bytes });
    return conn;
  };
  const data = (info: Uint8Array, piece: number): Message => ({
    type: 'metadata-data',
    id: EXTENSION_IDS.metadata,
    piece,
    totalBytes: info.length,
    bytes: info.subarray(piece * BLOCK, (piece + 1) * BLOCK),
  });

  test('comes from a peer, and what peers said before gets its meaning', () => {
    const script = new Script(3, { noMetadata: true, noLayers: true });
    const info = script.content.torrent.infoBytes;
    const conn = offer(script, info.length);
    script.say(conn, data(info, 0), UNCHOKE);
    expect(script.of('metadata').map(({ torrent }) => torrent.infoHash)).toEqual([
      script.content.torrent.infoHash,
    ]);
    script.news((swarm, nowMs) => swarm.attachStorage(undefined, script.content.layers(), nowMs));
    expect(script.types(conn)).toContain('interested');
    expect(script.requests(conn).length).toBeGreaterThan(0);
  });

  test('made up: BAD_METADATA, and the next peer is asked', () => {
    const script = new Script(3, { noMetadata: true });
    const info = script.content.torrent.infoBytes;
    const liar = offer(script, info.length);
    const other = script.connect('b');
    script.sayOwn(other, { metadataBytes: info.length });
    script.say(
      liar,
      data(
        info.map((byte) => byte ^ 1),
        0,
      ),
    );
    expect(script.closedFor(liar)).toBe('BAD_METADATA');
    expect(script.types(other)).toContain('metadata-request');
  });

  test('absurdly long: not asked for', () => {
    const script = new Script(3, { noMetadata: true });
    expect(script.types(offer(script, 1e9))).not.toContain('metadata-request');
  });

  test('pieces that turn out not to exist: OUT_OF_RANGE', () => {
    const script = new Script(3, { noMetadata: true });
    const info = script.content.torrent.infoBytes;
    const conn = offer(script, info.length);
    const liar = script.connect('b');
    script.say(liar, { type: 'have', piece: 3 });
    script.say(conn, data(info, 0));
    script.news((swarm, nowMs) => swarm.attachStorage(undefined, undefined, nowMs));
    expect([script.closedFor(conn), script.closedFor(liar)]).toEqual([undefined, 'OUT_OF_RANGE']);
  });

  test('is served, and rejected behind its end', () => {
    const script = new Script(3, { seed: true });
    const conn = script.connect();
    script.sayOwn(conn);
    script.say(
      conn,
      { type: 'metadata-request', id: 1, piece: 0 },
      { type: 'metadata-request', id: 1, piece: 1 },
    );
    expect(script.types(conn).slice(-2)).toEqual(['metadata-data', 'metadata-reject']);
  });
});

describe('hashes of pieces', () => {
  const start = (): { script: Script; conn: number; request: HashRequest } => {
    const script = new Script(3, { noLayers: true });
    const conn = script.connect();
    script.say(conn, ALL, UNCHOKE);
    const asked = script.sent(conn).find((message) => message.type === 'hash-request');
    if (!asked) throw new Error('no hash request');
    return { script, conn, request: asked.request };
  };

  test('are asked for before any block, and proven', () => {
    const { script, conn, request } = start();
    expect(script.requests(conn)).toEqual([]);
    const other = new Script(3, { seed: true });
    const source = other.connect();
    other.say(source, { type: 'hash-request', request });
    const answer = other.sent(source).at(-1);
    if (answer?.type !== 'hashes') throw new Error('no hashes');
    script.say(conn, answer);
    expect(script.requests(conn).length).toBeGreaterThan(0);
    expect(script.of('pieceLayers').length).toBe(1);
  });

  test('that prove nothing: BAD_HASHES', () => {
    const { script, conn, request } = start();
    script.say(conn, { type: 'hashes', request, hashes: new Uint8Array(32 * request.length) });
    expect(script.closedFor(conn)).toBe('BAD_HASHES');
  });

  test('rejected: the next peer is asked', () => {
    const { script, conn, request } = start();
    const other = script.connect('b');
    script.say(other, ALL);
    script.say(conn, { type: 'hash-reject', request });
    script.pass(1_000);
    const asked = [...script.types(conn, 5), ...script.types(other)].filter(
      (type) => type === 'hash-request',
    );
    expect(asked.length).toBeGreaterThan(0);
  });
});
