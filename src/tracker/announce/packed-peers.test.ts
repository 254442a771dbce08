import { expect, test } from 'vitest';
import { seededChance } from '../../base/index.ts';
import { PackedPeers, type Slot } from './packed-peers.ts';

const seed = 20261122;
const slot = (n: number): Slot => ({
  host: `10.0.0.${n}`,
  port: n,
  bytes: Uint8Array.of(10, 0, 0, n, 0, n),
  peerId: undefined,
  at: -1,
});
const hosts = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 6 }, (_, at) => bytes[at * 6 + 3] ?? -1);

function listOf(count: number): { list: PackedPeers; slots: Slot[] } {
  const list = new PackedPeers(6);
  const slots = Array.from({ length: count }, (_, n) => slot(n));
  for (const one of slots) list.add(one);
  return { list, slots };
}

test('a window has as many as are wanted, each once, never the one who asks', () => {
  const chance = seededChance(seed);
  const { list, slots } = listOf(100);
  for (const skip of [undefined, ...slots]) {
    const into = Buffer.alloc(6 * 99);
    expect(list.copyWindow(into, 0, 99, skip, chance)).toBe(into.length);
    const got = hosts(into);
    expect(new Set(got).size, `seed ${seed}`).toBe(99);
    expect(got).not.toContain(skip?.port);
    const few = list.window(7, skip, chance).map(({ port }) => port);
    expect(new Set(few).size).toBe(7);
    expect(few).not.toContain(skip?.port);
  }
});

test('windows reach everybody about as often', () => {
  const chance = seededChance(seed);
  const { list, slots } = listOf(50);
  const counts = new Map<number, number>();
  const runs = 5_000;
  for (let run = 0; run < runs; run += 1)
    for (const { port } of list.window(10, slots[run % 50], chance))
      counts.set(port, (counts.get(port) ?? 0) + 1);
  const fair = (runs * 10) / 50;
  for (const count of counts.values()) expect(Math.abs(count - fair), `seed ${seed}`).toBeLessThan(fair / 5);
  expect(counts.size).toBe(50);
});

test('bytes and slots agree after any order of coming and going', () => {
  const chance = seededChance(seed);
  const list = new PackedPeers(6);
  const all = Array.from({ length: 200 }, (_, n) => slot(n));
  const there = new Set<Slot>();
  for (let step = 0; step < 5_000; step += 1) {
    const one = all[Math.floor(chance() * (step < 2_500 ? 200 : 60))] as Slot;
    if (there.delete(one)) list.remove(one);
    else {
      there.add(one);
      list.add(one);
    }
    expect(list.has(one)).toBe(there.has(one));
  }
  for (const one of all.slice(60)) if (there.delete(one)) list.remove(one);
  const into = Buffer.alloc(6 * there.size);
  expect(list.count).toBe(there.size);
  list.copyWindow(into, 0, there.size, undefined, chance);
  expect(hosts(into).toSorted((a, b) => a - b)).toEqual(
    [...there].map(({ port }) => port).toSorted((a, b) => a - b),
  );
});
