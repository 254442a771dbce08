import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { BLOCK_BYTES } from '../../src/metainfo/index.ts';
import { encodeMessage, EXTENSION_IDS, type Message } from '../../src/wire/index.ts';
import type { TestMember } from '../support/test-group.ts';
import { noise } from '../transfers/kit.ts';
import { Attacker, frame, ownHandshake, type Target } from './attacker.ts';
import { Stage } from './stage.ts';

const MIB = 1024 * 1024;
const FILE_BYTES = 16 * MIB;
const PIECES = (FILE_BYTES * 4) / MIB;
const EXTENDED = 20;
const CONNECTIONS = 4;
/** What all attacks together may add to the victim: beside what Node itself takes, it stays within what the program promises. */
const MEMORY_MORE = 150 * MIB;

interface Flood {
  readonly name: string;
  /** The reason that the victim's log gives. */
  readonly reason: string;
  readonly first?: readonly Message[];
  next(n: number): Uint8Array;
}

const piece = (n: number): number => n % PIECES;
const said = (message: Message): Uint8Array => encodeMessage(message);
const hashes = { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 512, proofLayers: 3 };
const alternate =
  (...messages: readonly Message[]) =>
  (n: number) =>
    said(messages[n % messages.length] as Message);

/** Each goes on without end, if it is let. */
const FLOODS: readonly Flood[] = [
  {
    name: 'requests at depth',
    reason: 'FLOOD: requests that could not be served',
    next: (n) => said({ type: 'request', piece: piece(n), begin: 0, length: BLOCK_BYTES }),
  },
  {
    name: 'requests of a byte',
    reason: 'FLOOD: requests for parts of blocks',
    next: (n) => said({ type: 'request', piece: piece(n), begin: n % BLOCK_BYTES, length: 1 }),
  },
  {
    name: 'cancels',
    reason: 'FLOOD: cancels',
    next: (n) => said({ type: 'cancel', piece: piece(n), begin: 0, length: BLOCK_BYTES }),
  },
  {
    name: 'haves',
    reason: 'FLOOD: pieces announced again',
    next: (n) => said({ type: 'have', piece: n % 2 }),
  },
  {
    name: 'pieces lost and found',
    reason: 'FLOOD: pieces lost',
    next: alternate({ type: 'have', piece: 1 }, { type: 'dont-have', id: EXTENSION_IDS.dontHave, piece: 1 }),
  },
  { name: 'chokes', reason: 'FLOOD: chokes', next: alternate({ type: 'choke' }, { type: 'unchoke' }) },
  {
    name: 'interest',
    reason: 'FLOOD: changes of interest',
    next: alternate({ type: 'interested' }, { type: 'not-interested' }),
  },
  {
    name: 'hash requests',
    reason: 'FLOOD: hash requests',
    next: () => said({ type: 'hash-request', request: hashes }),
  },
  {
    name: 'metadata requests',
    reason: 'FLOOD: requests for metadata',
    next: (n) => said({ type: 'metadata-request', id: EXTENSION_IDS.metadata, piece: n % 3 }),
  },
  {
    name: 'extension handshakes',
    reason: 'FLOOD: extension handshakes',
    next: () => said(ownHandshake('home')),
  },
  {
    name: 'extension handshakes of 100 KiB',
    reason: 'BAD_EXTENSION: the extension handshake is not a dictionary',
    next: () => frame(EXTENDED, Buffer.concat([Buffer.of(0), Buffer.alloc(100_000, 'l')])),
  },
  {
    name: 'messages of an extension that nobody announced',
    reason: 'FLOOD: unknown messages',
    next: () => frame(EXTENDED, Buffer.concat([Buffer.of(77), Buffer.alloc(100)])),
  },
  {
    name: 'long messages that nobody knows',
    reason: 'FLOOD: unknown messages',
    next: () => frame(99, Buffer.alloc(60_000)),
  },
  {
    name: 'suggestions',
    reason: 'FLOOD: suggestions',
    next: (n) => said({ type: 'suggest', piece: piece(n) }),
  },
  {
    name: 'allowed fast',
    reason: 'FLOOD: allowed-fast',
    next: (n) => said({ type: 'allowed-fast', piece: piece(n) }),
  },
  {
    name: 'group news',
    reason: 'FLOOD: group news',
    next: () => said({ type: 'group-news', id: EXTENSION_IDS.own, payload: new Uint8Array(60_000) }),
  },
  { name: 'keep-alives', reason: 'FLOOD: keep-alive', next: () => said({ type: 'keep-alive' }) },
  {
    name: 'one absurd length',
    reason: `OUT_OF_RANGE: request for ${2 ** 32 - 1} B at 0 of piece 0`,
    next: () => said({ type: 'request', piece: 0, begin: 0, length: 2 ** 32 - 1 }),
  },
  {
    name: 'a piece that does not exist',
    reason: `OUT_OF_RANGE: request for piece ${2 ** 32 - 1} of ${PIECES}`,
    next: () => said({ type: 'request', piece: 2 ** 32 - 1, begin: 0, length: BLOCK_BYTES }),
  },
  {
    name: 'a frame of 4 GiB',
    reason: 'FRAME_TOO_LONG: message 4 of 4294967295 B',
    next: () => Buffer.from([255, 255, 255, 255, 4]),
  },
  {
    name: 'a block that nobody asked for',
    reason: 'UNREQUESTED_BLOCK: piece 0 at 0, 16384 B',
    next: () => frame(7, Buffer.alloc(8 + BLOCK_BYTES)),
  },
  { name: 'garbage', reason: 'FRAME_TOO_LONG: message', next: (n) => noise(64, n + 1) },
];

describe('a seed and its honest peers under attack', () => {
  let stage: Stage;
  let calm: { cpuMs: number; rss: number };

  beforeAll(async () => {
    stage = await Stage.open({ bytes: FILE_BYTES });
    await stage.fetch('first');
    const { cpuMs } = await stage.fetch('second');
    calm = { cpuMs, rss: (await stage.ask()).rss };
  });

  afterAll(async () => {
    const { peakRss, files } = await stage.ask();
    process.stdout.write(
      `victim: at most ${(peakRss / MIB).toFixed(0)} MiB, ${files} open files at the end\n`,
    );
    await stage.close();
  });

  /** Honest bob fetches the whole file meanwhile; what it cost, and what the victim looks like then. */
  async function meanwhile(name: string) {
    const { cpuMs } = await stage.fetch(`bob, ${name}`);
    const report = await stage.ask();
    return { cpuMs, report };
  }

  /** Processor time is told, not judged: it depends on what else the machine does. */
  function expectUndisturbed(name: string, cpuMs: number, rss: number): void {
    process.stdout.write(
      `${name}: ${cpuMs.toFixed(0)} ms of processor, undisturbed ${calm.cpuMs.toFixed(0)}; ${(rss / MIB).toFixed(0)} MiB, before ${(calm.rss / MIB).toFixed(0)}\n`,
    );
    expect(rss).toBeLessThan(calm.rss + MEMORY_MORE);
  }

  test.each(FLOODS)('$name', async (flood) => {
    const { name, reason } = flood;
    const mallory = await stage.member(`mallory, ${name}`);
    const attack = new AbortController();
    const target = {
      ...stage.target,
      from: `127.0.1.${FLOODS.indexOf(flood) + 1}`,
    };
    const attacks = Array.from({ length: CONNECTIONS }, (_, id) =>
      again(attack.signal, target, mallory, id, flood),
    );
    const { cpuMs, report } = await meanwhile(name);
    attack.abort();
    const tolls = await Promise.all(attacks);
    await stage.sees(
      ({ reasons, connections }) =>
        connections === 0 && Object.keys(reasons).some((line) => line.startsWith(`peer.dropped ${reason}`)),
    );
    expectUndisturbed(name, cpuMs, report.rss);
    const sent = tolls.reduce((sum, toll) => sum + toll, 0);
    process.stdout.write(`  ${(sent / MIB).toFixed(1)} MiB were sent to the attacker\n`);
    expect(sent).toBeLessThan(FILE_BYTES * 4);
  });

  /** Attacks, and comes back when dropped, until told to stop. Resolves to the bytes that the victim sent it. */
  async function again(
    signal: AbortSignal,
    target: Target,
    member: TestMember,
    id: number,
    { first = [ownHandshake('home')], next }: Flood,
  ): Promise<number> {
    let toll = 0;
    while (!signal.aborted) {
      const attacker = await Attacker.peer(target, member, { id });
      const hangUp = (): void => void attacker.close();
      signal.addEventListener('abort', hangUp);
      attacker.say({ type: 'have-none' }, { type: 'interested' }, ...first);
      await attacker.flood(next, 64 * MIB);
      signal.removeEventListener('abort', hangUp);
      await attacker.close();
      toll += attacker.bytesIn;
    }
    return toll;
  }

  test('who never reads what it asks for takes no place from others', async () => {
    const members = await Promise.all([1, 2, 3].map((n) => stage.member(`deaf ${n}`)));
    const deaf = await Promise.all(members.flatMap((member) => fourOf(member, { reads: false })));
    const everything = Array.from({ length: 100 }, (_, n): Message => ({
      type: 'request',
      piece: piece(n),
      begin: 0,
      length: BLOCK_BYTES * 8,
    }));
    for (const attacker of deaf) attacker.say({ type: 'interested' }, ...everything);
    await stage.sees(({ peers }) => peers.filter(({ bytesTo }) => bytesTo > 0).length > 3);
    const { cpuMs, report } = await meanwhile('who never reads');
    expectUndisturbed('who never reads', cpuMs, report.rss);
    expect(deaf.some((attacker) => attacker.isOver)).toBe(false);
    await Promise.all(deaf.map((attacker) => attacker.close()));
  });

  test('a user who comes back after each fault is left alone, and nobody else', async () => {
    const mallory = await stage.member('mallory who comes back');
    for (let times = 0; times < 8; times += 1) {
      const attacker = await Attacker.peer(stage.target, mallory, { id: times });
      attacker.write(Buffer.from([255, 255, 255, 255, 4]));
      await attacker.ended();
    }
    const last = await Attacker.peer(stage.target, mallory, { id: 99 });
    await last.ended();
    await stage.sees(({ reasons }) => 'peer.dropped NO_ROOM: broke the rules before' in reasons);
    await stage.fetch('bob after that');
  });

  function fourOf(member: TestMember, manners: { reads: boolean }): Promise<Attacker>[] {
    return Array.from({ length: CONNECTIONS }, (_, id) =>
      Attacker.peer(stage.target, member, { ...manners, id }),
    );
  }
});
