import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/index.ts';
import {
  asDict,
  BencodeError,
  bytesOf,
  decode,
  decodePrefix,
  dictOf,
  encode,
  intOf,
  keyText,
  listOf,
  maybeIntOf,
  maybeTextOf,
  textKey,
  textOf,
  type BValue,
} from './index.ts';

const { value: anyValue } = fc.letrec<{ value: BValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .uniqueArray(fc.tuple(fc.uint8Array({ maxLength: 12 }), tie('value')), {
        maxLength: 6,
        selector: ([key]) => Buffer.from(key).toString('latin1'),
      })
      .map((entries) => sortedMap(entries.map(([key, v]) => [Buffer.from(key).toString('latin1'), v]))),
  ),
}));

function sortedMap(entries: [string, BValue][]): BValue {
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('decode and encode', () => {
  test('every value survives the round trip', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    );
  });

  test('what decodes at all encodes to the same bytes: there is one form only', () => {
    const mutated = fc.tuple(anyValue, fc.nat(), fc.nat(255), fc.nat(3)).map(([value, at, byte, how]) => {
      const bytes = encode(value);
      const place = at % bytes.length;
      if (how === 0) return bytes.subarray(0, place);
      if (how === 1) return bytes.with(place, byte);
      if (how === 2) return bytes.with(place, 'ilde0123456789:-'.charCodeAt(byte % 16));
      return new Uint8Array([...bytes.subarray(0, place), byte, ...bytes.subarray(place)]);
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        let value: BValue;
        try {
          value = decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(BencodeError);
          return;
        }
        expect(encode(value)).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    { why: 'nothing', text: '' },
    { why: 'cut off integer', text: 'i12' },
    { why: 'empty integer', text: 'ie' },
    { why: 'minus zero', text: 'i-0e' },
    { why: 'leading zero', text: 'i012e' },
    { why: 'plus sign', text: 'i+1e' },
    { why: 'two minus signs', text: 'i--1e' },
    { why: 'fraction', text: 'i1.5e' },
    { why: 'beyond the safe range', text: 'i9007199254740992e' },
    { why: 'a number of a thousand digits', text: `i${'9'.repeat(1000)}e` },
    { why: 'string cut off', text: '5:four' },
    { why: 'string length with leading zero', text: '04:four' },
    { why: 'string without colon', text: '4four' },
    { why: 'negative length', text: '-1:' },
    { why: 'string longer than memory', text: '9007199254740991:x' },
    { why: 'list not closed', text: 'li1e' },
    { why: 'dictionary not closed', text: 'd1:ai1e' },
    { why: 'key without value', text: 'd1:ae' },
    { why: 'integer as key', text: 'di1ei2ee' },
    { why: 'duplicate key', text: 'd1:ai1e1:ai2ee' },
    { why: 'keys out of order', text: 'd1:bi1e1:ai2ee' },
    { why: 'bytes after the end', text: 'i1ei2e' },
    { why: 'stray end', text: 'e' },
    { why: 'unknown type', text: 'x' },
  ])('refuses: $why', ({ text }) => {
    expect(() => decode(utf8(text))).toThrow(BencodeError);
  });

  test('every proper prefix of a value is refused', () => {
    const bytes = encode(new Map<string, BValue>([['a', [1, utf8('x')]], ['b', new Map([['c', -7]])]])); // prettier-ignore
    for (let end = 0; end < bytes.length; end += 1) {
      expect(() => decode(bytes.subarray(0, end))).toThrow(BencodeError);
    }
  });

  test('depth and number of values are limited', () => {
    expect(() => decode(utf8('l'.repeat(1_000_000)))).toThrow(/nested deeper than 100/);
    expect(decode(utf8(`${'l'.repeat(100)}${'e'.repeat(100)}`))).toBeInstanceOf(Array);
    expect(() => decode(utf8('llee'), { maxDepth: 1 })).toThrow(BencodeError);
    expect(() => decode(utf8('li1ei2ei3ee'), { maxItems: 3 })).toThrow(/over 3 values/);
    expect(decode(utf8('li1ei2ee'), { maxItems: 3 })).toEqual([1, 2]);
  });

  test('decodePrefix says where the value ends', () => {
    expect(decodePrefix(utf8('d1:ai1eeRAW'))).toEqual({ value: new Map([['a', 1]]), end: 8 });
  });

  test('encode refuses what bencode cannot say', () => {
    for (const bad of [1.5, Number.NaN, 2 ** 53, new Map([['ключ', 1]])]) {
      expect(() => encode(bad)).toThrow(BencodeError);
    }
    expect(encode(-0)).toEqual(utf8('i0e'));
  });

  test('keys are sorted as bytes, whatever order they were set in', () => {
    const dict = new Map<string, BValue>([[textKey('é'), 1], ['z', 2], ['Z', 3], ['', 4]]); // prettier-ignore
    expect([...asDict(decode(encode(dict)), 'dict').keys()].map(keyText)).toEqual(['', 'Z', 'z', 'é']);
  });
});

describe('fields', () => {
  const dict = asDict(decode(utf8('d1:bli1ee1:dde1:ii5e1:t2:hie')), 'dict');

  test('give what is there', () => {
    expect(intOf(dict, 'i')).toBe(5);
    expect(textOf(dict, 't')).toBe('hi');
    expect(bytesOf(dict, 't')).toEqual(utf8('hi'));
    expect(listOf(dict, 'b')).toEqual([1]);
    expect(dictOf(dict, 'd').size).toBe(0);
    expect(maybeIntOf(dict, 'absent')).toBeUndefined();
  });

  test('name the key that is missing or of another kind', () => {
    expect(() => intOf(dict, 'gone')).toThrow('gone: missing');
    expect(() => intOf(dict, 't')).toThrow('t: not an integer');
    expect(() => maybeTextOf(dict, 'i')).toThrow('i: not a string');
    expect(() => listOf(dict, 'i')).toThrow('i: not a list');
    expect(() => dictOf(dict, 'i')).toThrow('i: not a dictionary');
    expect(() => textOf(new Map([['t', Uint8Array.of(0xff)]]), 't')).toThrow('t: not UTF-8');
  });
});
