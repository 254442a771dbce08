import { describe, expect, test } from 'vitest';
import { isPrivateAddress, plainAddress } from './address-key.ts';
import { reachableAddresses } from './reachable-addresses.ts';

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:DB8::1', '2001:db8::1'],
  [undefined, ''],
])('%s is shown as %s', (remote, shown) => expect(plainAddress(remote)).toBe(shown));

test.each([
  '10.1.2.3',
  '192.168.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '169.254.1.1',
  '100.64.0.1',
  'fd00::1',
  'fe80::1',
])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));
test.each(['11.0.0.1', '172.32.0.1', '192.0.2.1', '100.128.0.1', '2001:db8::1', '127.0.0.1', '::1'])(
  '%s is not',
  (address) => expect(isPrivateAddress(address)).toBe(false),
);

describe('reachableAddresses', () => {
  const at = (host: string, port = 1) => ({ host, port });
  test.each([
    { why: 'the observed one always', named: [], observed: '192.0.2.1', want: [at('192.0.2.1', 6881)] },
    {
      why: 'private ones',
      named: [at('10.0.0.2')],
      observed: '192.0.2.1',
      want: [at('10.0.0.2'), at('192.0.2.1', 6881)],
    },
    {
      why: 'no public one of somebody else',
      named: [at('198.51.100.1')],
      observed: '192.0.2.1',
      want: [at('192.0.2.1', 6881)],
    },
    {
      why: 'the observed one at a mapped port',
      named: [at('192.0.2.1', 9)],
      observed: '192.0.2.1',
      want: [at('192.0.2.1', 9), at('192.0.2.1', 6881)],
    },
    {
      why: 'no loopback from afar',
      named: [at('127.0.0.1')],
      observed: '192.0.2.1',
      want: [at('192.0.2.1', 6881)],
    },
    {
      why: 'loopback from this machine',
      named: [at('127.0.0.2')],
      observed: '127.0.0.1',
      want: [at('127.0.0.2'), at('127.0.0.1', 6881)],
    },
    {
      why: 'each once',
      named: [at('10.0.0.2'), at('::ffff:10.0.0.2')],
      observed: '10.0.0.2',
      want: [at('10.0.0.2'), at('10.0.0.2', 6881)],
    },
  ])('takes $why', ({ named, observed, want }) => {
    expect(reachableAddresses(named, 6881, observed)).toEqual(want);
  });
});
