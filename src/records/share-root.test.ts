import { expect, test } from 'vitest';
import { encode } from '../bencode/index.ts';
import { BODY_FIELDS } from './bodies.ts';
import { RecordFault } from './fault.ts';
import { readBencoded } from './schema.ts';
import type { ShareBody } from './kinds.ts';

const FILE: ShareBody = { n: 1, offered: true, name: 'a', size: 5, files: 1 };
const root = new Uint8Array(32).fill(7);
const again = (body: ShareBody): ShareBody =>
  readBencoded(BODY_FIELDS.share, encode(BODY_FIELDS.share.write(body)), 'share');

test('a share of a single file may say the root of its tree', () => {
  expect(again(FILE)).toEqual(FILE);
  expect(again({ ...FILE, root })).toEqual({ ...FILE, root });
});

test('a share may say that it was fetched', () => {
  expect(again({ ...FILE, copy: true })).toEqual({ ...FILE, copy: true });
});

test.each([
  { what: 'of several files', body: { ...FILE, files: 2, root } },
  { what: 'of an empty file', body: { ...FILE, size: 0, root } },
  { what: 'of another length', body: { ...FILE, root: root.subarray(1) } },
])('no share has a root $what', ({ body }) => {
  expect(() => again(body)).toThrow(RecordFault);
});
