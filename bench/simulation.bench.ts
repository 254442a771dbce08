/**
 * The scheduler in virtual time: how long one source and many leechers take until all have a content, over the least
 * that is possible, and what a peer spends on it. The same seed gives the same figures on every machine.
 *
 *     npm run bench -- simulation [SIZES [SEEDS]]     10,100 and 1,2,3 unless told otherwise; 1000 takes five minutes and more
 *
 * Links carry 20 Mbit/s each way, 10 ms apart. The content has 128 pieces: enough that handing on whole pieces, a
 * dozen times in a row, does not decide how long it takes.
 */
import { DEFAULT_SWARM_CONFIG } from '../src/swarm/index.ts';
import { median } from './bench-group.ts';
import { countedContent } from '../test/simulation/contents.ts';
import { distribute, type Distribution } from '../test/simulation/distribution.ts';

const MIB = 2 ** 20;
const CONTENT_MIB = 32;
const SIZES = [10, 100];
const WIDE = { rateMbit: 20, latencyMs: 10 };
const LAN_CONTENT_MIB = 128;
const LAN: readonly (readonly [string, Distribution])[] = [
  ['4 together', { leechers: 4, rateMbit: 100, latencyMs: 0.5 }],
  ['8 together', { leechers: 8, rateMbit: 100, latencyMs: 0.5 }],
  ['16 together at half the rate', { leechers: 16, rateMbit: 50, latencyMs: 0.5 }],
  ['8, 2 s apart', { leechers: 8, rateMbit: 100, latencyMs: 0.5, staggerMs: 2_000 }],
  ['8, half of them give a tenth', { leechers: 8, rateMbit: 100, latencyMs: 0.5, slow: 4 }],
  ['9, a third vanishes half way', { leechers: 9, rateMbit: 100, latencyMs: 0.5, vanish: 3 }],
];

function numbers(text: string | undefined, otherwise: readonly number[]): readonly number[] {
  return text === undefined ? otherwise : text.split(',').map(Number);
}

function printLan(seeds: readonly number[]): void {
  process.stdout.write(
    `one source of ${LAN_CONTENT_MIB} MiB, 100 Mbit/s: over the bound, and sizes that the source sent\n`,
  );
  for (const [name, distribution] of LAN) {
    const runs = seeds.map((seed) =>
      distribute(seed, countedContent(seed, LAN_CONTENT_MIB * MIB), distribution),
    );
    const ratio = median(runs.map((run) => run.ratio));
    const sent = median(runs.map((run) => run.sourceUpload));
    process.stdout.write(`  ${name.padEnd(30)} ${ratio.toFixed(3)}  ${sent.toFixed(3)}\n`);
  }
}

/** With seed, peers, ratio, then what one peer spends: messages, connections (most), processor time with the simulator's. */
function printGrowth(sizes: readonly number[], seeds: readonly number[]): void {
  process.stdout.write(
    `one source of ${CONTENT_MIB} MiB, 20 Mbit/s, 10 ms; at most ${DEFAULT_SWARM_CONFIG.connectionsMax} connections\n`,
  );
  process.stdout.write('  peers  seed  of bound  messages  most  links  most  CPU ms\n');
  for (const peers of sizes) {
    for (const seed of peers > 1_000 ? seeds.slice(0, 1) : seeds) {
      const content = countedContent(seed, CONTENT_MIB * MIB);
      const before = process.cpuUsage();
      const run = distribute(seed, content, { leechers: peers - 1, ...WIDE });
      const { user, system } = process.cpuUsage(before);
      const cells = [
        String(peers).padStart(7),
        String(seed).padStart(5),
        (run.done ? run.ratio.toFixed(3) : 'never').padStart(9),
        run.messages[0].toFixed(0).padStart(9),
        String(run.messages[1]).padStart(5),
        run.connections[0].toFixed(1).padStart(6),
        String(run.connections[1]).padStart(5),
        ((user + system) / 1000 / peers).toFixed(0).padStart(7),
      ];
      process.stdout.write(`${cells.join(' ')}\n`);
    }
  }
}

/** `args`: numbers of peers, then seeds, each separated by commas. */
export function main(args: readonly string[]): Promise<number> {
  const sizes = numbers(args[0], SIZES);
  const seeds = numbers(args[1], [1, 2, 3]);
  printLan(seeds);
  printGrowth(sizes, seeds);
  return Promise.resolve(0);
}
