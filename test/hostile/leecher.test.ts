import { afterEach, expect, test } from 'vitest';

import { encodeMessage, MessageDecoder, pieceHeader, type Heard } from '../../src/wire/index.ts';
import { noise } from '../transfers/kit.ts';
import { Attacker } from './attacker.ts';
import { Stage } from './stage.ts';

const MIB = 1024 * 1024;
const FILE_BYTES = 12 * MIB;
const MEMORY_MAX = 250 * MIB;

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

/** Claims every piece, and answers each request as `answer` says. */
async function giver(
  name: string,
  answer: (request: Heard & { type: 'request' }) => Uint8Array[],
): Promise<Attacker> {
  let give: (bytes: Uint8Array) => void = () => undefined;
  const decoder = new MessageDecoder({
    onMessage: (message) => {
      if (message.type === 'request') for (const bytes of answer(message)) give(bytes);
    },
    blockTarget: (_piece, _begin, length) => new Uint8Array(length),
    onBlock: () => undefined,
  });
  const member = await stage.member(name);
  const attacker = await Attacker.peer(stage.target, member, { hears: (bytes) => decoder.push(bytes) });
  give = (bytes) => attacker.write(bytes);
  attacker.say({ type: 'have-all' }, { type: 'unchoke' });
  return attacker;
}

test.each([
  {
    name: 'gives wrong blocks',
    code: 'BAD_BLOCK',
    answer: ({ piece, begin, length }: { piece: number; begin: number; length: number }) => [
      pieceHeader(piece, begin, length),
      noise(length, piece + 7),
    ],
  },
  {
    name: 'gives other blocks than it was asked for',
    code: 'UNREQUESTED_BLOCK',
    answer: ({ piece, length }: { piece: number; length: number }) => [
      pieceHeader(piece + 1, 0, length),
      noise(length),
    ],
  },
  {
    name: 'refuses what it claims to have',
    code: undefined,
    answer: (request: Heard & { type: 'request' }) => [encodeMessage({ ...request, type: 'reject' })],
  },
  { name: 'gives nothing', code: undefined, answer: () => [] },
])('whoever fetches beside one who $name gets it right from the others', async ({ name, code, answer }) => {
  stage = await Stage.open({ bytes: FILE_BYTES, fetches: true, seedBytesPerSecond: 8 * MIB });
  const givers = await Promise.all([1, 2].map((n) => giver(`${name} ${n}`, answer)));
  const isDone = stage.sees(({ downloads }) => downloads[0]?.doneBytes === FILE_BYTES);
  const { rss, reasons } = await isDone;
  expect((await stage.fetched()).equals(stage.content)).toBe(true);
  expect(rss).toBeLessThan(MEMORY_MAX);
  const dropped = Object.keys(reasons).filter((line) => line.startsWith('peer.dropped'));
  process.stdout.write(
    `${name}: ${dropped.join('; ') || 'nobody was dropped'}; ${(rss / MIB).toFixed(0)} MiB\n`,
  );
  expect(dropped.every((line) => code !== undefined && line.startsWith(`peer.dropped ${code}: `))).toBe(true);
  const { peers } = await stage.ask();
  const faults = peers.flatMap(({ fault }) => fault ?? []);
  expect([...new Set(faults)]).toEqual(code === undefined ? [] : [code]);
  await Promise.all(givers.map((each) => each.close()));
});
