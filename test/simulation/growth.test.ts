import { describe, expect, test } from 'vitest';
import { DEFAULT_SWARM_CONFIG } from '../../src/swarm/index.ts';
import { countedContent } from './contents.ts';
import { distribute, type Distribution, type Outcome } from './distribution.ts';

const MIB = 1024 * 1024;
const SEED = 1;
const LAN = { rateMbit: 100, latencyMs: 0.5 };

function tell(what: string, { ratio, sourceUpload, messages, connections }: Outcome): void {
  const cells = [
    `${ratio.toFixed(3)} of the bound`,
    `source sent ${sourceUpload.toFixed(3)} files`,
    `${messages[0].toFixed(0)} messages`,
    `${connections[0].toFixed(1)} connections each`,
  ];
  process.stdout.write(`${what}: ${cells.join(', ')}\n`);
}

describe('four times as many peers (seed 1)', () => {
  const content = countedContent(SEED, 16 * MIB);
  const outcomes = [10, 40, 160].map((peers) => {
    const outcome = distribute(SEED, content, { leechers: peers - 1, rateMbit: 20, latencyMs: 10 });
    tell(`${peers} peers`, outcome);
    return outcome;
  });

  test('all get it', () => {
    expect(outcomes.every(({ done }) => done)).toBe(true);
  });

  test('take longer by a step that does not grow: no faster than the logarithm', () => {
    const [few, some, many] = outcomes.map(({ ratio }) => ratio) as [number, number, number];
    expect(many - some).toBeLessThan(1.25 * (some - few) + 0.1);
    expect(many).toBeLessThan(3);
  });

  test('cost each of them no more than its neighbours do', () => {
    for (const { connections, messages } of outcomes) {
      expect(connections[1]).toBeLessThanOrEqual(DEFAULT_SWARM_CONFIG.connectionsMax);
      // Every piece is announced to every neighbour, and asked for in a few requests.
      const pieces = content.torrent.content.pieceCount;
      expect(messages[1]).toBeLessThan(2 * pieces * DEFAULT_SWARM_CONFIG.connectionsMax + 2_000);
    }
  });
});

describe('not all alike, and not all at once (seed 1)', () => {
  const content = countedContent(SEED, 128 * MIB);
  test.each<{ what: string; ratioMax: number; distribution: Distribution }>([
    {
      what: '8, two seconds apart',
      ratioMax: 1.15,
      distribution: { ...LAN, leechers: 8, staggerMs: 2_000 },
    },
    {
      what: '8, half of them give a tenth',
      ratioMax: 1.25,
      distribution: { ...LAN, leechers: 8, slow: 4 },
    },
    {
      what: '9, a third vanishes half way',
      ratioMax: 1.25,
      distribution: { ...LAN, leechers: 9, vanish: 3 },
    },
  ])('$what', ({ what, ratioMax, distribution }) => {
    const outcome = distribute(SEED, content, distribution);
    tell(what, outcome);
    expect(outcome.done).toBe(true);
    expect(outcome.ratio).toBeLessThan(ratioMax);
  });
});
