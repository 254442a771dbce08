import { expect, test } from 'vitest';
import { sha256Hex, type InfoHash, type UserId } from '../../base/index.ts';
import type { PeerEntry } from '../seams.ts';
import { foreignKeyOf } from './foreign-source.ts';

const ben = sha256Hex('ben') as UserId;
const entry = (device: string, host: string, uid = ben): PeerEntry => ({
  key: `${uid}/${device}`,
  uid,
  device,
  boot: 'boot-0001',
  addresses: [{ host, port: 6881 }],
  infoHash: sha256Hex('info') as InfoHash,
  seed: true,
  have: 1,
});
const from = (host: string) => ({ user: ben, remote: { host } });

test('another program is known by its member and its address', () => {
  const sources = [
    entry('own-device', '10.0.0.2'),
    entry('bt-0a0000021ae1', '10.0.0.2'),
    entry('bt-0a0000031ae1', '10.0.0.3'),
    entry('bt-0a0000021ae2', '10.0.0.2', sha256Hex('cleo') as UserId),
  ];
  expect(foreignKeyOf(sources, from('10.0.0.2'))).toBe(`${ben}/bt-0a0000021ae1`);
  expect(foreignKeyOf(sources, from('10.0.0.4'))).toBeUndefined();
});

test('of two at one address it is not known which it is', () => {
  const sources = [entry('bt-0a0000021ae1', '10.0.0.2'), entry('bt-0a0000021ae2', '10.0.0.2')];
  expect(foreignKeyOf(sources, from('10.0.0.2'))).toBeUndefined();
});
