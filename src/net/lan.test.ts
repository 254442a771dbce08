import { expect, test } from 'vitest';
import { isLanHost } from './lan.ts';

test.each([
  { host: '127.0.0.1', lan: true, why: 'loopback' },
  { host: '127.255.0.9', lan: true, why: 'all of 127/8' },
  { host: '10.1.2.3', lan: true, why: 'private' },
  { host: '172.16.0.1', lan: true, why: 'private' },
  { host: '172.31.255.255', lan: true, why: 'the last of 172.16/12' },
  { host: '172.32.0.1', lan: false, why: 'just behind it' },
  { host: '192.168.178.20', lan: true, why: 'private' },
  { host: '192.169.0.1', lan: false, why: 'just behind it' },
  { host: '169.254.9.9', lan: true, why: 'link-local' },
  { host: '100.64.0.1', lan: false, why: "a provider's address, not one's own network" },
  { host: '8.8.8.8', lan: false, why: 'public' },
  { host: '::1', lan: true, why: 'loopback' },
  { host: 'fe80::1%eth0', lan: true, why: 'link-local, with its interface' },
  { host: 'febf::1', lan: true, why: 'the last of fe80::/10' },
  { host: 'fec0::1', lan: false, why: 'just behind it' },
  { host: 'fd12:3456::1', lan: true, why: 'unique local' },
  { host: '::ffff:192.168.1.1', lan: true, why: 'IPv4 inside IPv6' },
  { host: '2001:db8::1', lan: false, why: 'global' },
  { host: '', lan: false, why: 'a peer that has gone' },
])('$host: $lan, as it is $why', ({ host, lan }) => {
  expect(isLanHost(host)).toBe(lan);
});
