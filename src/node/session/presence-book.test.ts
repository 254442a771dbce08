import { expect, test } from 'vitest';
import type { SwarmPeer } from '../../api/index.ts';
import { type ContentId, type GroupId, type InfoHash, type UserId, sha256Hex } from '../../base/index.ts';
import { PresenceBook, STALE_AFTER_MS } from './presence-book.ts';

const GID = sha256Hex('group') as GroupId;
const CONTENT = sha256Hex('content') as ContentId;
const WATCHED = { gid: GID, content: CONTENT };
const uidOf = (name: string): UserId => sha256Hex(name) as UserId;

const peer = (name: string, have = 0): SwarmPeer => ({
  uid: uidOf(name),
  device: 'device-of-it',
  boot: 'boot-of-it',
  port: 7000,
  addresses: [{ host: '127.0.0.1', port: 7000 }],
  infoHash: sha256Hex('info') as InfoHash,
  have,
  seed: have === 1,
});
const swarm = (peers: SwarmPeer[], gone: SwarmPeer[] = []) => ({ gid: GID, content: CONTENT, peers, gone });

function book(): PresenceBook {
  const own = peer('me');
  const made = new PresenceBook(`${own.uid}/${own.device}`);
  made.watch([WATCHED]);
  return made;
}
const seen = (presence: PresenceBook) =>
  presence.peersOf(GID, CONTENT).map(({ uid, have }) => [uid, have] as const);

test('this process is not its own peer', () => {
  const presence = book();
  presence.onSwarm('a', swarm([peer('me'), peer('bob')]), 0);
  expect(seen(presence)).toEqual([[uidOf('bob'), 0]]);
});

test('trackers are merged, the later word counts', () => {
  const presence = book();
  presence.onSwarm('a', swarm([peer('bob', 0.2), peer('ann')]), 0);
  presence.onSwarm('b', swarm([peer('bob', 0.5)]), 1);
  expect(new Map(seen(presence))).toEqual(
    new Map([
      [uidOf('bob'), 0.5],
      [uidOf('ann'), 0],
    ]),
  );
  presence.onSwarm('b', swarm([], [peer('bob')]), 2);
  expect(new Map(seen(presence)).get(uidOf('bob'))).toBe(0.2);
});

test('a lost tracker is believed for a while, then forgotten', () => {
  const presence = book();
  presence.onSwarm('a', swarm([peer('bob')]), 0);
  presence.onDown('a', 100);
  expect(presence.expire(100 + STALE_AFTER_MS - 1)).toEqual([]);
  expect(seen(presence)).toHaveLength(1);
  expect(presence.expire(100 + STALE_AFTER_MS)).toEqual([WATCHED]);
  expect(seen(presence)).toEqual([]);
});

test('a tracker that is back tells its swarms anew', () => {
  const presence = book();
  presence.onSwarm('a', swarm([peer('bob'), peer('ann')]), 0);
  presence.onDown('a', 1);
  presence.onUp('a');
  presence.onSwarm('a', swarm([peer('ann')]), 2);
  expect(presence.expire(STALE_AFTER_MS + 10)).toEqual([]);
  expect(seen(presence)).toEqual([[uidOf('ann'), 0]]);
});

test('nothing is kept of contents that nobody asked for, nor without end of one', () => {
  const presence = book();
  const other = { ...swarm([peer('bob')]), content: sha256Hex('other') as ContentId };
  expect(presence.onSwarm('a', other, 0)).toBe(false);
  const crowd = Array.from({ length: 3_000 }, (_, n) => peer(`peer ${n}`));
  presence.onSwarm('a', swarm(crowd), 0);
  expect(presence.peersOf(GID, CONTENT)).toHaveLength(2_000);
  presence.watch([]);
  expect(presence.peersOf(GID, CONTENT)).toEqual([]);
});
