import { view } from '../../src/base/index.ts';
import { asDict, decode, dictOf, type BDict, type BValue } from '../../src/bencode/index.ts';

/** A .torrent file that was right before. */
export interface Mutant {
  readonly how: string;
  readonly bytes: Uint8Array;
}

const CUTS = 12;
const FLIPS = 60;

/** Bencode without its rules: keys come as they are given. */
function written(value: BValue, order: (keys: string[]) => string[]): string {
  if (typeof value === 'number') return `i${value}e`;
  if (value instanceof Uint8Array) return `${value.length}:${view(value).toString('latin1')}`;
  if (Array.isArray(value)) return `l${value.map((item) => written(item, order)).join('')}e`;
  const keys = order([...value.keys()]);
  const items = keys.map((key) => `${key.length}:${key}${written(value.get(key) as BValue, order)}`);
  return `d${items.join('')}e`;
}

const asBytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');

/** What a bad disk, a bad line or a clumsy program makes of it. */
export function mutants(bytes: Uint8Array, chance: () => number): Mutant[] {
  const file = asDict(decode(bytes), 'the file');
  const somewhere = (): number => Math.floor(chance() * bytes.length);
  const flipped = (): Uint8Array => {
    const at = somewhere();
    return bytes.with(at, (bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8)));
  };
  const whole = written(file, (keys) => keys);
  return [
    ...Array.from({ length: CUTS }, () => ({ how: 'cut off', bytes: bytes.slice(0, somewhere()) })),
    { how: 'cut off', bytes: bytes.slice(0, -1) },
    ...Array.from({ length: FLIPS }, () => ({ how: 'a bit changed', bytes: flipped() })),
    { how: 'reordered', bytes: asBytes(written(file, (keys) => keys.toReversed())) },
    { how: 'reordered', bytes: asBytes(written(dictOf(file, 'info'), (keys) => keys.toReversed())) },
    { how: 'doubled', bytes: asBytes(written(file, (keys) => [...keys, ...keys.slice(-1)])) },
    { how: 'followed by more', bytes: asBytes(`${whole}0:`) },
    { how: 'a layer changed', bytes: asBytes(written(withBadLayer(file), (keys) => keys)) },
    { how: 'a layer missing', bytes: asBytes(written(without(file, 'piece layers'), (keys) => keys)) },
    {
      how: 'a length changed',
      bytes: asBytes(whole.replace(/6:lengthi(\d)/, (_, digit) => `6:lengthi${(Number(digit) % 9) + 1}`)),
    },
  ];
}

function without(file: BDict, key: string): BDict {
  const copy: BDict = new Map(file);
  copy.delete(key);
  return copy;
}

function withBadLayer(file: BDict): BDict {
  const layers: BDict = new Map(dictOf(file, 'piece layers'));
  const [root, layer] = [...layers][0] ?? [];
  if (root === undefined || !(layer instanceof Uint8Array)) throw new Error('no layer to change');
  layers.set(root, layer.with(0, (layer[0] ?? 0) ^ 1));
  return new Map(file).set('piece layers', layers);
}
