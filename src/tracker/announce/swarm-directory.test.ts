import { expect, test } from 'vitest';
import type { SwarmEvent, SwarmPeer } from '../../api/index.ts';
import { sha256Hex, type ContentId, type GroupId, type InfoHash, type UserId } from '../../base/index.ts';
import { SwarmNews } from '../swarm-news.ts';
import type { AnnounceSwarm } from './announce-swarm.ts';
import { compactAddress } from './compact-address.ts';
import { FOREIGN_GONE_MS, SwarmDirectory, wireHash, type Sighting } from './swarm-directory.ts';

const gid = sha256Hex('band') as GroupId;
const content = sha256Hex('tour.mp4') as ContentId;
const infoHash = sha256Hex('tour.mp4 in band') as InfoHash;
const anna = sha256Hex('anna') as UserId;
const ben = sha256Hex('ben') as UserId;
const DAY_MS = 24 * 60 * 60_000;

const ownPeer = (more: Partial<SwarmPeer> = {}): SwarmPeer => ({
  uid: anna,
  device: 'device-of-anna',
  boot: 'boot-of-anna',
  port: 4000,
  addresses: [{ host: '10.0.0.1', port: 4000 }],
  infoHash,
  have: 1,
  seed: true,
  ...more,
});
const came = (...peers: SwarmPeer[]): SwarmEvent => ({ gid, content, peers, gone: [] });

class Stage {
  readonly directory = new SwarmDirectory();

  static withOwn(): Stage {
    const stage = new Stage();
    stage.directory.onOwn([came(ownPeer())], 0);
    return stage;
  }

  get swarm(): AnnounceSwarm {
    const swarm = this.directory.find(gid, wireHash(infoHash));
    if (!swarm) throw new Error('not known');
    return swarm;
  }

  see(port: number, more: Partial<Sighting> = {}): { news: SwarmNews; seen: unknown } {
    const news = new SwarmNews();
    const sighting = {
      uid: ben,
      host: '10.0.0.2',
      port,
      peerId: '-LT2080-123456789012',
      seed: false,
      seenMs: 0,
      here: true,
      ...more,
    };
    const key = compactAddress(sighting.host, port)?.toString('latin1') ?? '';
    return { news, seen: this.directory.see(this.swarm, key, sighting, news) };
  }
}

test('an info-hash is known once one of our own clients has something under it, and in that group alone', () => {
  const { directory } = Stage.withOwn();
  expect(directory.find(gid, wireHash(infoHash))).toMatchObject({ complete: 1, incomplete: 0 });
  expect(directory.find(sha256Hex('lab') as GroupId, wireHash(infoHash))).toBeUndefined();
  expect(directory.find(gid, wireHash(sha256Hex('x') as InfoHash))).toBeUndefined();
});

test('who has no metadata yet belongs to no swarm', () => {
  const directory = new SwarmDirectory();
  directory.onOwn([came(ownPeer({ infoHash: '0'.repeat(64) as InfoHash, seed: false, have: 0 }))], 0);
  expect(directory.groups()).toEqual([]);
});

test('our own clients are told of another program as of a device of its member', () => {
  const stage = Stage.withOwn();
  const { news } = stage.see(6881, { seed: true });
  const peer = {
    uid: ben,
    device: 'bt-0a0000021ae1',
    boot: Buffer.from('-LT2080-123456789012').toString('hex'),
    port: 6881,
    addresses: [{ host: '10.0.0.2', port: 6881 }],
    infoHash,
    have: 1,
    seed: true,
  };
  expect(news.events).toEqual([{ gid, content, peers: [peer], gone: [] }]);
  expect(stage.directory.swarm({ gid, content })).toEqual([peer]);
  expect(stage.directory.swarmsOf(gid)).toEqual(new Map([[content, { seeds: 1, leechers: 0 }]]));
  expect(stage.swarm).toMatchObject({ complete: 2, incomplete: 0 });
});

test('announcing again is no news, becoming a seed is, stopping is', () => {
  const stage = Stage.withOwn();
  stage.see(6881);
  expect(stage.see(6881, { seenMs: 5 }).news.isEmpty).toBe(true);
  expect(stage.see(6881, { seenMs: 6, seed: true }).news.events[0]?.peers).toMatchObject([{ seed: true }]);
  expect(stage.swarm).toMatchObject({ complete: 2, incomplete: 0 });
  const news = new SwarmNews();
  const key = [...stage.swarm.foreign.keys()][0] ?? '';
  expect(stage.directory.stop(stage.swarm, key, 5, news)).toBe(false);
  expect(stage.directory.stop(stage.swarm, key, 7, news)).toBe(true);
  expect(news.events).toEqual([{ gid, content, peers: [], gone: [{ uid: ben, device: 'bt-0a0000021ae1' }] }]);
  expect(stage.swarm).toMatchObject({ complete: 1, incomplete: 0 });
});

test('who is silent for longer than two announcements is gone', () => {
  const stage = Stage.withOwn();
  stage.see(6881);
  expect(stage.directory.onTime(FOREIGN_GONE_MS).isEmpty).toBe(true);
  expect(stage.directory.onTime(FOREIGN_GONE_MS + 1).events[0]?.gone).toHaveLength(1);
  expect(stage.directory.counts.foreign).toBe(0);
});

test('the info-hash outlives our own clients: others find each other, and are told to who wants the content', () => {
  const stage = Stage.withOwn();
  stage.directory.onOwn([{ gid, content, peers: [], gone: [{ uid: anna, device: 'device-of-anna' }] }], 10);
  expect(stage.swarm.size).toBe(0);
  stage.see(6881, { seed: true, seenMs: 20 });
  expect(stage.directory.swarm({ gid, content })).toMatchObject([{ infoHash, seed: true }]);
});

test('a day after its last peer an info-hash is forgotten, and nothing of it is kept', () => {
  const stage = Stage.withOwn();
  stage.directory.onOwn([{ gid, content, peers: [], gone: [{ uid: anna, device: 'device-of-anna' }] }], 10);
  stage.directory.onTime(DAY_MS + 10);
  expect(stage.directory.groups()).toEqual([gid]);
  stage.directory.onTime(DAY_MS + 11);
  expect(stage.directory.groups()).toEqual([]);
  expect(stage.directory.swarmsOf(gid)).toEqual(new Map());
});

test("a removed member's programs vanish at once", () => {
  const stage = Stage.withOwn();
  stage.see(6881);
  expect(stage.directory.onMembers(gid, new Set([anna, ben]), 1).isEmpty).toBe(true);
  expect(stage.directory.onMembers(gid, new Set([anna]), 1).events[0]?.gone).toHaveLength(1);
  expect(stage.swarm.foreign.size).toBe(0);
});

test('one member has at most 16 programs in a swarm; the one heard of least lately makes room', () => {
  const stage = Stage.withOwn();
  for (let n = 0; n < 40; n += 1) stage.see(1000 + n, { seenMs: n });
  expect(stage.swarm.incomplete).toBe(16);
  expect([...stage.swarm.foreign.values()].map(({ slot }) => slot.port)).toEqual(
    Array.from({ length: 16 }, (_, n) => 1024 + n),
  );
});

test('another program at the same address takes the place of the one before', () => {
  const stage = Stage.withOwn();
  stage.see(6881);
  const { news } = stage.see(6881, { peerId: '-TR3000-123456789012' });
  expect(stage.swarm.incomplete).toBe(1);
  expect(news.events[0]).toMatchObject({ peers: [{ device: 'bt-0a0000021ae1' }], gone: [] });
  const taken = stage.see(6881, { uid: anna });
  expect(stage.swarm.incomplete).toBe(1);
  expect(taken.news.events[0]).toMatchObject({ peers: [{ uid: anna }], gone: [{ uid: ben }] });
});

test('a device that moves, becomes a seed or comes under another info-hash is listed as it is now', () => {
  const stage = new Stage();
  stage.directory.onOwn([came(ownPeer({ seed: false, have: 0.5 }))], 0);
  expect(stage.swarm).toMatchObject({ complete: 0, incomplete: 1, downloaded: 0 });
  stage.directory.onOwn([came(ownPeer())], 1);
  expect(stage.swarm).toMatchObject({ complete: 1, incomplete: 0, downloaded: 1 });
  const addresses = ['fd00::1', '192.0.2.7', '10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({
    host,
    port: 7,
  }));
  stage.directory.onOwn([came(ownPeer({ addresses }))], 2);
  const asker = { peer: undefined, seed: false, isLocal: false, wanted: 50 };
  const given = stage.swarm
    .partsFor(6, asker)
    .flatMap(({ list }) => list.window(list.count, undefined, () => 0));
  expect(given.map(({ host }) => host)).toEqual(['192.0.2.7', '10.0.0.1', '10.0.0.2']);
  expect(stage.swarm.partsFor(18, asker)).toMatchObject([{ wanted: 1 }]);
  const other = sha256Hex('new epoch') as InfoHash;
  const before = stage.swarm;
  stage.directory.onOwn([came(ownPeer({ infoHash: other }))], 3);
  expect(before.size).toBe(0);
  expect(stage.directory.find(gid, wireHash(other))?.complete).toBe(1);
});

test('lies about an info-hash have little room, and give way to devices that are there', () => {
  const stage = Stage.withOwn();
  stage.see(6881);
  const lies = Array.from({ length: 10 }, (_, n) => sha256Hex(`lie ${n}`) as ContentId);
  for (const lie of lies) {
    const event = { ...came(ownPeer({ uid: ben, device: 'device-of-ben' })), content: lie };
    stage.directory.onOwn([event], 0);
    stage.directory.onOwn(
      [{ gid, content: lie, peers: [], gone: [{ uid: ben, device: 'device-of-ben' }] }],
      0,
    );
  }
  expect(stage.swarm.claims.size).toBe(4);
  expect(stage.directory.swarm({ gid, content })).toHaveLength(1);
  expect(lies.filter((lie) => stage.directory.swarm({ gid, content: lie }).length > 0)).toHaveLength(3);
});

test('seeds are given leechers, loopback addresses only to who is there too, and shares follow the sizes', () => {
  const stage = Stage.withOwn();
  for (let n = 0; n < 16; n += 1) stage.see(1000 + n, { seed: n < 4, uid: sha256Hex(`${n}`) as UserId });
  stage.see(2000, { host: '127.0.0.1' });
  const parts = (more: object): number[] =>
    stage.swarm
      .partsFor(6, { peer: undefined, seed: false, isLocal: false, wanted: 200, ...more })
      .map(({ wanted }) => wanted);
  expect(parts({})).toEqual([5, 12]);
  expect(parts({ seed: true })).toEqual([12]);
  expect(parts({ isLocal: true })).toEqual([5, 1, 12]);
  expect(parts({ wanted: 6 })).toEqual([2, 4]);
  expect(parts({ wanted: 1 })).toEqual([1]);
  expect(parts({ wanted: 0 })).toEqual([]);
  const asking = [...stage.swarm.foreign.values()].at(-2);
  expect(parts({ peer: asking })).toEqual([5, 11]);
});

test('a client that comes to a large swarm is told of a part of it, and of how many there are', () => {
  const stage = Stage.withOwn();
  for (let n = 0; n < 1_500; n += 1) stage.see(10_000 + n, { uid: sha256Hex(`${n}`) as UserId });
  expect(stage.directory.swarm({ gid, content })).toHaveLength(1_000);
  expect(stage.directory.swarmsOf(gid).get(content)).toEqual({ seeds: 0, leechers: 1_500 });
});
