import { randomBytes } from 'node:crypto';

/** A number in [0, 1). Injected wherever the code makes a choice, so that a seed replays a run. */
export type Chance = () => number;

/** Not for secrets. */
export const systemChance: Chance = () => Math.random();

/** Seeded generator (mulberry32): same seed, same run, on every machine. Not for secrets. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fresh secret bytes from the system. */
export const secretBytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
