import { expect, test } from 'vitest';
import { addressKey } from './address-key.ts';

test.each([
  { why: 'an IPv4 address alone', address: '192.0.2.1', key: '192.0.2.1' },
  { why: 'IPv6 by its first 64 bits', address: '2001:db8:1:2:3:4:5:6', key: '2001:db8:1:2::/64' },
  { why: 'a gap in the first half', address: '2001:db8::5:6:7:8', key: '2001:db8:0:0::/64' },
  { why: 'a gap in the second half', address: '2001:db8:1:2::9', key: '2001:db8:1:2::/64' },
  { why: 'leading zeros', address: '2001:0db8:0001:0002::9', key: '2001:db8:1:2::/64' },
  { why: 'all zeros', address: '::1', key: '0:0:0:0::/64' },
])('counts $why', ({ address, key }) => expect(addressKey(address)).toBe(key));
