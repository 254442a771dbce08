import { expect, test } from 'vitest';

import { DEFAULT_LIMITS, Doorkeeper } from './doorkeeper.ts';

const limits = {
  ...DEFAULT_LIMITS,
  connectionsMax: 3,
  connectionsPerAddressMax: 2,
  handshakesMax: 3,
  handshakesPerAddressMax: 2,
};

test('one address can take only its share of handshakes, and gives the slot back once', () => {
  const door = new Doorkeeper(limits);
  const first = door.startHandshake('10.0.0.1');
  expect(door.startHandshake('10.0.0.1')).toBeDefined();
  expect(door.startHandshake('10.0.0.1')).toBeUndefined();
  expect(door.startHandshake('10.0.0.2')).toBeDefined();
  expect(door.startHandshake('10.0.0.3')).toBeUndefined();
  first?.();
  first?.();
  expect(door.startHandshake('10.0.0.1')).toBeDefined();
  expect(door.startHandshake('10.0.0.3')).toBeUndefined();
});

test('a full house starts no handshake, and an address has its share of connections', () => {
  const door = new Doorkeeper(limits);
  const leave = door.admit('10.0.0.1');
  door.admit('10.0.0.1');
  expect(door.admit('10.0.0.1')).toBeUndefined();
  expect(door.hasRoom('10.0.0.1')).toBe(false);
  expect(door.hasRoom('10.0.0.2')).toBe(true);
  door.admit('10.0.0.2');
  expect(door.startHandshake('10.0.0.9')).toBeUndefined();
  leave?.();
  expect(door.connections).toBe(2);
  expect(door.startHandshake('10.0.0.9')).toBeDefined();
});
