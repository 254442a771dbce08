import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { qrPath } from './qr-path.ts';

test('a run of dark modules is one rectangle', () => {
  const [o, x] = [false, true];
  expect(
    qrPath([
      [x, x, o, x],
      [o, o, o, o],
      [o, o, x, x],
    ]),
  ).toBe('M0 0h2v1h-2zM3 0h1v1h-1zM2 2h2v1h-2z');
});

test('the path covers just the dark modules of a code', () => {
  const { data } = encode('mbt://join/abc', { border: 4 });
  const drawn = data.map((row) => row.map(() => false));
  for (const [, x, y, length] of qrPath(data).matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let at = 0; at < Number(length); at += 1) drawn[Number(y)]![Number(x) + at] = true;
  }
  expect(drawn).toEqual(data);
});
