import { expect, test, vi } from 'vitest';

import { PeerFault, type UserId } from '../base/index.ts';
import { DEFAULT_LIMITS, Doorkeeper } from './doorkeeper.ts';

const limits = {
  ...DEFAULT_LIMITS,
  connectionsMax: 3,
  connectionsPerAddressMax: 2,
  handshakesMax: 3,
  handshakesPerAddressMax: 2,
};

const nothing = (): void => undefined;
const user = (name: string): UserId => name as UserId;

/** Lets somebody in; throws if there is no room. */
function admit(door: Doorkeeper, address: string, name = address): () => void {
  const leave = door.admit(address, user(name));
  if (leave instanceof PeerFault) throw leave;
  return leave;
}

test('one address can take only its share of handshakes, and gives the slot back once', () => {
  const door = new Doorkeeper(limits);
  const first = door.startHandshake('10.0.0.1', 0, nothing);
  expect(door.startHandshake('10.0.0.1', 0, nothing)).toBeDefined();
  expect(door.startHandshake('10.0.0.1', 0, nothing)).toBeUndefined();
  expect(door.startHandshake('10.0.0.2', 0, nothing)).toBeDefined();
  first?.();
  first?.();
  expect(door.startHandshake('10.0.0.1', 0, nothing)).toBeDefined();
  expect(door.startHandshake('10.0.0.1', 0, nothing)).toBeUndefined();
});

test('when all slots are taken, who has most of them gives the oldest to a newcomer', () => {
  const door = new Doorkeeper(limits);
  const hangUps = [vi.fn(), vi.fn(), vi.fn()] as const;
  const first = door.startHandshake('10.0.0.1', 0, hangUps[0]);
  door.startHandshake('10.0.0.1', 0, hangUps[1]);
  door.startHandshake('10.0.0.2', 0, hangUps[2]);
  expect(door.startHandshake('10.0.0.3', 0, nothing)).toBeDefined();
  expect(hangUps.map((each) => each.mock.calls.length)).toEqual([1, 0, 0]);
  first?.();
  expect(door.startHandshake('10.0.0.1', 0, nothing)).toBeUndefined();
  expect(door.startHandshake('10.0.0.4', 0, nothing)).toBeDefined();
  expect(hangUps.map((each) => each.mock.calls.length)).toEqual([1, 1, 0]);
});

test('one address arrives so often at once, then so many times a second', () => {
  const door = new Doorkeeper({ ...limits, arrivalsMax: 3, arrivalsPerSecond: 2 });
  const arrive = (address: string, nowMs: number): boolean => {
    const leave = door.startHandshake(address, nowMs, nothing);
    leave?.();
    return leave !== undefined;
  };
  const once = [0, 0, 0, 0, 400, 600, 700].map((nowMs) => arrive('10.0.0.1', nowMs));
  expect(once).toEqual([true, true, true, false, false, true, false]);
  expect(arrive('10.0.0.2', 700)).toBe(true);
});

test('IPv6 addresses of one customer are one', () => {
  const door = new Doorkeeper(limits);
  door.startHandshake('2001:db8:1:2::a', 0, nothing);
  door.startHandshake('2001:db8:1:2:3::b', 0, nothing);
  expect(door.startHandshake('2001:db8:1:2:ffff::c', 0, nothing)).toBeUndefined();
  expect(door.startHandshake('2001:db8:1:3::a', 0, nothing)).toBeDefined();
});

test('a full house starts no handshake, and an address has its share of connections', () => {
  const door = new Doorkeeper(limits);
  const leave = admit(door, '10.0.0.1', 'a');
  admit(door, '10.0.0.1', 'b');
  expect(door.admit('10.0.0.1', user('c'))).toMatchObject({ code: 'NO_ROOM' });
  expect(door.hasRoom('10.0.0.1')).toBe(false);
  expect(door.hasRoom('10.0.0.2')).toBe(true);
  admit(door, '10.0.0.2', 'c');
  expect(door.startHandshake('10.0.0.9', 0, nothing)).toBeUndefined();
  leave();
  expect(door.connections).toBe(2);
  expect(door.startHandshake('10.0.0.9', 0, nothing)).toBeDefined();
});

test('a user has a share of connections, from whatever addresses; behind one address there may be several users', () => {
  const door = new Doorkeeper({
    ...limits,
    connectionsMax: 9,
    connectionsPerAddressMax: 9,
    connectionsPerUserMax: 2,
  });
  const leave = admit(door, '10.0.0.1', 'mallory');
  admit(door, '10.0.0.2', 'mallory');
  const refused = door.admit('10.0.0.3', user('mallory'));
  expect(refused).toMatchObject({ message: 'NO_ROOM: too many connections of this user' });
  admit(door, '10.0.0.1', 'bob');
  admit(door, '10.0.0.1', 'carol');
  leave();
  admit(door, '10.0.0.1', 'mallory');
  expect(door.connections).toBe(4);
});
