import { expect, test } from 'vitest';
import { compactAddress } from './compact-address.ts';

test.each([
  ['127.0.0.1', 6881, '7f0000011ae1'],
  ['255.255.255.255', 65535, 'ffffffffffff'],
  ['::', 1, '000000000000000000000000000000000001'],
  ['::1', 80, '000000000000000000000000000000010050'],
  ['2001:db8::ff00:42', 443, '20010db80000000000000000ff00004201bb'],
  ['fe80:0:0:0:1:2:3:4', 1, 'fe8000000000000000010002000300040001'],
])('%s port %d', (host, port, hex) => {
  expect(compactAddress(host, port)?.toString('hex')).toBe(hex);
});

test.each(['', 'example.org', '1.2.3', '1.2.3.4.5', '256.0.0.1', ':::', '1.2.3.4:80', '::ffff:1.2.3.4'])(
  '%s is no address that fits',
  (host) => {
    expect(compactAddress(host, 1)).toBeUndefined();
  },
);
