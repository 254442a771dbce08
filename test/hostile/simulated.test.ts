import { describe, expect, test } from 'vitest';

import { BLOCK_BYTES } from '../../src/metainfo/index.ts';
import { DEFAULT_SWARM_CONFIG } from '../../src/swarm/index.ts';
import { EXTENSION_IDS, type BlockRange, type Heard, type Message } from '../../src/wire/index.ts';
import { realContent } from '../simulation/contents.ts';
import type { SimPeer, SimPeerOptions } from '../simulation/sim-peer.ts';
import { mbit, World } from '../simulation/world.ts';
import { ownHandshake } from './attacker.ts';
import { hostileEngine, type Behaviour } from './hostile-engine.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 600_000;
const LAN = { latencyMs: 1, bufferBytes: 256 * 1024, rates: { up: mbit(100), down: mbit(100) } };
const CONNECTIONS = 8;
const content = realContent(1, [16 * MIB]);
const { pieceCount, pieceLength } = content.torrent.content;

const NOTHING: readonly Message[] = [];
const CLAIMS: readonly Message[] = [{ type: 'have-all' }, { type: 'unchoke' }];
const WANTS: readonly Message[] = [{ type: 'have-none' }, { type: 'interested' }];

/** Requests for everything, in order. */
const everything = (blockBytes = BLOCK_BYTES): Message[] =>
  Array.from({ length: (pieceCount * pieceLength) / BLOCK_BYTES }, (_, n) => ({
    type: 'request' as const,
    piece: Math.floor((n * BLOCK_BYTES) / pieceLength),
    begin: (n * BLOCK_BYTES) % pieceLength,
    length: blockBytes,
  }));

const requestsAt = (n: number, count: number, range: Partial<BlockRange> = {}): Message[] =>
  Array.from({ length: count }, (_, at) => ({
    type: 'request' as const,
    piece: (n * count + at) % pieceCount,
    begin: 0,
    length: BLOCK_BYTES,
    ...range,
  }));

const many = (count: number, message: (n: number) => Message): Message[] =>
  Array.from({ length: count }, (_, n) => message(n));

/** Says no to whatever is asked. */
const refusal = (message: Heard): readonly Message[] =>
  message.type === 'request' ? [{ ...message, type: 'reject' }] : NOTHING;

const metadataOf = (metadataBytes: number): Message => ({
  type: 'extension-handshake',
  handshake: { ids: EXTENSION_IDS, metadataBytes },
});

interface Attack extends Behaviour {
  readonly name: string;
  /** Why connections are ended, if any are. */
  readonly codes: readonly string[];
  /** How much later the last honest one may have all, in simulated ms. */
  readonly delayMs: number;
  readonly link?: Partial<SimPeerOptions>;
  /** Instead of a script: the real engine, with this vice. */
  readonly vice?: SimPeerOptions['vice'];
}

const ATTACKS: readonly Attack[] = [
  { name: 'claims every piece and delivers none', codes: [], delayMs: 1_000, hello: CLAIMS },
  {
    name: 'claims every piece and refuses each request',
    codes: [],
    delayMs: 1_000,
    hello: CLAIMS,
    answer: refusal,
  },
  {
    name: 'claims every piece and delivers a byte now and then',
    codes: [],
    delayMs: 2_000,
    vice: {},
    link: { seed: true, rates: { up: mbit(0.01), down: mbit(100) } },
  },
  {
    name: 'serves wrong blocks now and then',
    codes: ['BAD_BLOCK'],
    delayMs: 1_000,
    vice: { lies: 0.05 },
    link: { seed: true },
  },
  {
    name: 'chokes and unchokes all the time',
    codes: ['FLOOD'],
    delayMs: 1_000,
    hello: CLAIMS,
    everyMs: 10,
    storm: () => [{ type: 'choke' }, { type: 'unchoke' }],
  },
  {
    name: 'asks for everything and never reads',
    codes: [],
    delayMs: 1_000,
    hello: [...WANTS, ...everything()],
    link: { rates: { up: mbit(100), down: 1e-6 } },
  },
  {
    name: 'asks for everything and reads slowly',
    codes: [],
    delayMs: 1_000,
    hello: [...WANTS, ...everything()],
    link: { rates: { up: mbit(100), down: 34 } },
  },
  {
    name: 'asks for lengths that nobody has',
    codes: ['OUT_OF_RANGE'],
    delayMs: 500,
    hello: [...WANTS, { type: 'request', piece: 0, begin: 0, length: 2 ** 32 - 1 }],
  },
  {
    name: 'asks for single bytes',
    codes: ['FLOOD'],
    delayMs: 500,
    hello: WANTS,
    everyMs: 10,
    storm: (n) => requestsAt(n, 400, { begin: n % 1000, length: 1 }),
  },
  {
    name: 'asks and cancels',
    codes: ['FLOOD'],
    delayMs: 1_000,
    hello: WANTS,
    everyMs: 10,
    storm: (n) =>
      requestsAt(n, 100).flatMap((request) => [request, { ...request, type: 'cancel' } as Message]),
  },
  {
    name: 'tells of pieces over and over',
    codes: ['FLOOD'],
    delayMs: 500,
    everyMs: 10,
    storm: () => many(200, (n) => ({ type: 'have', piece: n % pieceCount })),
  },
  {
    name: 'gives pieces up and has them again',
    codes: ['FLOOD'],
    delayMs: 500,
    everyMs: 10,
    storm: () =>
      many(200, (n) =>
        n % 2 === 0
          ? { type: 'have', piece: 1 }
          : { type: 'dont-have', id: EXTENSION_IDS.dontHave, piece: 1 },
      ),
  },
  {
    name: 'asks for hashes again and again',
    codes: ['FLOOD'],
    delayMs: 500,
    everyMs: 10,
    storm: () =>
      many(50, () => ({
        type: 'hash-request',
        request: { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 512, proofLayers: 5 },
      })),
  },
  {
    name: 'asks for the metadata again and again',
    codes: ['FLOOD'],
    delayMs: 500,
    hello: [ownHandshake('home')],
    everyMs: 10,
    storm: () => many(100, () => ({ type: 'metadata-request', id: EXTENSION_IDS.metadata, piece: 0 })),
  },
  {
    name: 'shakes hands over and over',
    codes: ['FLOOD'],
    delayMs: 500,
    everyMs: 10,
    storm: () => [ownHandshake('home')],
  },
  {
    name: 'suggests what it likes',
    codes: ['FLOOD'],
    delayMs: 500,
    hello: [ownHandshake('home'), ...CLAIMS],
    everyMs: 10,
    storm: () =>
      many(500, (n) => ({ type: n % 2 === 0 ? 'suggest' : 'allowed-fast', piece: n % pieceCount })),
  },
  {
    name: 'floods group news',
    codes: ['FLOOD'],
    delayMs: 500,
    hello: [ownHandshake('home')],
    everyMs: 10,
    storm: () => [{ type: 'group-news', id: EXTENSION_IDS.own, payload: new Uint8Array(1_000) }],
  },
  { name: 'says nothing at all', codes: [], delayMs: 500 },
];

/** An honest swarm of one seed and four leechers, and eight connections of a user that attack from the beginning. */
function run(attack: Attack | undefined, hasMetadata = true) {
  const world = new World(1, content);
  const bad = Array.from({ length: attack ? CONNECTIONS : 0 }, (_, n) => world.add(attackerOf(attack, n)));
  const honest = ['seed', 'a', 'b', 'c', 'd'].map((name) =>
    world.add({ name, seed: name === 'seed', hasMetadata: name === 'seed' || hasMetadata, ...LAN }),
  );
  world.announce();
  const [seed, ...leechers] = honest;
  const done = world.runUntil(() => leechers.every((peer) => peer.completeMs !== undefined), LIMIT_MS);
  const lastMs = Math.max(...leechers.map((peer) => peer.completeMs ?? Infinity));
  return { world, honest, bad, leechers, seed: seed as SimPeer, done, lastMs };
}

function attackerOf(attack: Attack | undefined, n: number): SimPeerOptions {
  const { vice, link } = attack ?? {};
  const name = `m${n}`;
  const options = { name, user: 'mallory', seed: false, ...LAN, ...link };
  if (vice) return { ...options, vice };
  const isOwn = (key: string): boolean => key.startsWith('mallory');
  return { ...options, engine: hostileEngine(attack ?? {}, isOwn) };
}

/** Why honest peers ended connections, and of whom. */
function ended(honest: readonly SimPeer[]): { codes: string[]; users: string[] } {
  const faults = honest.flatMap((peer) => peer.faults);
  return {
    codes: [...new Set(faults.map(({ fault }) => fault.code))].filter((code) => code !== 'NO_ROOM'),
    users: [...new Set(faults.map(({ user }) => user.replace(/0+$/, '')))],
  };
}

describe('an honest swarm does not notice who', () => {
  const calm = run(undefined);

  test.each(ATTACKS)('$name', (attack) => {
    const { done, honest, leechers, lastMs, seed, bad } = run(attack);
    const given = seed.host.bytesUp / content.torrent.content.size;
    process.stdout.write(
      `${attack.name}: ${lastMs.toFixed(0)} ms, undisturbed ${calm.lastMs.toFixed(0)}; the seed sent ${given.toFixed(2)} files\n`,
    );
    expect(done).toBe(true);
    for (const peer of leechers) expect(peer.hasTruth()).toBe(true);
    expect(lastMs).toBeLessThan(calm.lastMs + attack.delayMs);
    expect(ended(honest).users).toEqual(bad.length > 0 && ended(honest).users.length > 0 ? ['mallory'] : []);
    expect(ended(honest).codes).toEqual(attack.codes);
  });
});

describe('who has nothing yet gets it all the same, if somebody', () => {
  const calm = run(undefined, false);
  const promise = metadataOf(16 * MIB);
  const ATTACKS_AT_THE_START: readonly Attack[] = [
    {
      name: 'promises metadata and keeps it',
      codes: [],
      delayMs: 4_000,
      hello: [...CLAIMS, promise],
    },
    {
      name: 'promises metadata and lets it drip',
      codes: [],
      delayMs: 4_000,
      hello: [...CLAIMS, promise],
      answer: drip(9_000),
    },
    {
      name: 'makes metadata up',
      codes: ['BAD_METADATA'],
      delayMs: 5_000,
      hello: [...CLAIMS, metadataOf(100)],
      answer: (message) =>
        message.type === 'metadata-request'
          ? [{ ...message, type: 'metadata-data', totalBytes: 100, bytes: new Uint8Array(100) }]
          : NOTHING,
    },
  ];

  test.each(ATTACKS_AT_THE_START)('$name', (attack) => {
    const { done, honest, lastMs, bad } = run(attack, false);
    process.stdout.write(`${attack.name}: ${lastMs.toFixed(0)} ms, undisturbed ${calm.lastMs.toFixed(0)}\n`);
    expect(done).toBe(true);
    expect(lastMs).toBeLessThan(calm.lastMs + attack.delayMs);
    expect(bad.length).toBe(CONNECTIONS);
    expect(ended(honest).codes).toEqual(attack.codes);
  });
});

/** One part of the metadata in so many ms, whoever asked. */
function drip(everyMs: number): NonNullable<Behaviour['answer']> {
  let lastMs = -Infinity;
  return (message, nowMs) => {
    if (message.type !== 'metadata-request' || nowMs - lastMs < everyMs) return NOTHING;
    lastMs = nowMs;
    return [{ ...message, type: 'metadata-data', totalBytes: 16 * MIB, bytes: new Uint8Array(BLOCK_BYTES) }];
  };
}

test('who downloads on all the connections it can get takes the share of as many peers, and no more', () => {
  const attack: Attack = {
    name: 'downloads without end',
    codes: [],
    delayMs: 0,
    hello: [...WANTS, ...everything()],
    everyMs: 20,
    storm: (n) => requestsAt(n, 20),
  };
  const calm = run(undefined);
  const { done, lastMs, seed } = run(attack);
  const given = seed.host.bytesUp / content.torrent.content.size;
  process.stdout.write(
    `${attack.name}: ${lastMs.toFixed(0)} ms, undisturbed ${calm.lastMs.toFixed(0)}; the seed sent ${given.toFixed(2)} files\n`,
  );
  expect(done).toBe(true);
  const share = DEFAULT_SWARM_CONFIG.connectionsPerUserMax / (DEFAULT_SWARM_CONFIG.connectionsPerUserMax + 4);
  expect(calm.lastMs / lastMs).toBeGreaterThan(1 - share);
});
