import { utf8 } from '../base/index.ts';
import {
  asBytes,
  asDict,
  asInteger,
  asList,
  asText,
  BencodeError,
  decode,
  type BDict,
  type BValue,
} from '../bencode/index.ts';
import { RecordFault } from './fault.ts';

/** No record nests deeper or holds more values than this, so hostile bencode ends early. */
const BENCODE_LIMITS = { maxDepth: 8, maxItems: 1000 };

/** One field's form: from bencode with every check, and back. */
export interface Field<T> {
  readonly optional?: boolean;
  read(value: BValue, what: string): T;
  write(value: T): BValue;
}
type Fields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

/**
 * A dictionary with exactly these fields: one missing or unknown is a fault, so that two programs that both accept a
 * record cannot disagree about what it says.
 */
export function shape<T extends object>(fields: Fields<T>): Field<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    read(value, what) {
      const dict = asDict(value, what);
      for (const key of dict.keys()) {
        if (!Object.hasOwn(fields, key)) throw new RecordFault(`${what}: unknown field`);
      }
      const read = names.flatMap((name) => readField(dict, name, fields[name] as Field<unknown>, what));
      return Object.fromEntries(read) as T;
    },
    write(record) {
      const dict: BDict = new Map();
      for (const name of names) {
        const value = record[name];
        if (value !== undefined) dict.set(name, (fields[name] as Field<unknown>).write(value));
      }
      return dict;
    },
  };
}

function readField(dict: BDict, name: string, field: Field<unknown>, what: string): [string, unknown][] {
  const value = dict.get(name);
  const path = `${what}.${name}`;
  if (value !== undefined) return [[name, field.read(value, path)]];
  if (field.optional) return [];
  throw new RecordFault(`${path}: missing`);
}

export const optional = <T>(field: Field<T>): Field<T> => ({ ...field, optional: true });

/** A whole number from `min` to `max`, both included. */
export const int = (min: number, max: number): Field<number> => ({
  read(value, what) {
    const n = asInteger(value, what);
    if (n < min || n > max) throw new RecordFault(`${what}: ${n} is not within ${min}–${max}`);
    return n;
  },
  write: (n) => n,
});

/** From `min` to `max` bytes. What is read is a copy, so that a record keeps no larger buffer alive. */
export const bytes = (min: number, max = min): Field<Uint8Array> => ({
  read(value, what) {
    const read = asBytes(value, what);
    if (read.length < min || read.length > max) throw new RecordFault(`${what}: ${read.length} bytes`);
    return read.slice();
  },
  write: (value) => value,
});

/** Text of which `isGood` is true; `expected` says what that is. */
export const text = (expected: string, isGood: (text: string) => boolean): Field<string> => ({
  read(value, what) {
    const read = asText(value, what);
    if (!isGood(read)) throw new RecordFault(`${what}: not ${expected}`);
    return read;
  },
  write: (value) => utf8(value),
});

export const oneOf = <T extends string>(...choices: readonly T[]): Field<T> =>
  text(`one of ${choices.join(', ')}`, (read) => (choices as readonly string[]).includes(read)) as Field<T>;

/** 0 or 1. */
export const flag: Field<boolean> = {
  read: (value, what) => int(0, 1).read(value, what) === 1,
  write: (value) => (value ? 1 : 0),
};

export const list = <T>(item: Field<T>, max: number): Field<readonly T[]> => ({
  read(value, what) {
    const items = asList(value, what);
    if (items.length > max) throw new RecordFault(`${what}: over ${max} entries`);
    return items.map((entry, at) => item.read(entry, `${what}[${at}]`));
  },
  write: (items) => items.map((entry) => item.write(entry)),
});

/** `field` with one more check: `fault` says what is wrong, or undefined. */
export const checked = <T>(field: Field<T>, fault: (value: T) => string | undefined): Field<T> => ({
  ...field,
  read(value, what) {
    const read = field.read(value, what);
    const wrong = fault(read);
    if (wrong !== undefined) throw new RecordFault(`${what}: ${wrong}`);
    return read;
  },
});

/** `input` as bencode of the form `field`, every fault a RecordFault. */
export function readBencoded<T>(field: Field<T>, input: Uint8Array, what: string): T {
  try {
    return field.read(decode(input, BENCODE_LIMITS), what);
  } catch (error) {
    if (error instanceof BencodeError) throw new RecordFault(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
