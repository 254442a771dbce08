import { describe, expect, test } from 'vitest';
import { announce, scrape } from '../../../test/support/announce-client.ts';
import { listening } from '../../../test/support/event-listener.ts';
import { HeldClock } from '../../../test/support/held-clock.ts';
import { SignedGroup } from '../../../test/support/signed-group.ts';
import { put, TrackerField, type Account } from '../../../test/support/tracker-field.ts';
import { trackerApi, type PresenceReport, type SwarmEvent } from '../../api/index.ts';
import { sha256Hex, type InfoHash } from '../../base/index.ts';
import { NUMWANT_MAX } from './announce-query.ts';

const field = new TrackerField();
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const infoHash = sha256Hex('tour.mp4 in band') as InfoHash;

/** Two trackers that take announcements; a group of anna's with ben in it, who has a content. */
async function bandWith(trackers = 2) {
  const cluster = await field.cluster(trackers);
  const running = [];
  for (let line = 1; line <= trackers; line += 1)
    running.push(await cluster.start(line, new HeldClock(), LOOPBACK));
  const anna = await field.account(cluster.ports[0], 'anna');
  const group = await SignedGroup.found(anna.person, 'band');
  await put(anna.caller, [group.record(), await group.grant(anna.person, 'accepted')]);
  const ben = await field.account(cluster.ports[0], 'ben');
  await put(ben.caller, [group.request(ben.person)]);
  await put(anna.caller, [await group.grant(ben.person, 'accepted')]);
  for (const tracker of running) await tracker.sync();
  return { cluster, anna, ben, group };
}

/** At the tracker of each port. */
async function appear(
  account: Account,
  ports: readonly number[],
  group: SignedGroup,
  more: Partial<PresenceReport> = {},
) {
  const { content } = group.share(group.owner).parts;
  const contents = [{ gid: group.gid, content, infoHash, have: 1, seed: true }];
  const body = {
    device: 'device-1',
    boot: 'boot-0001',
    version: 1,
    port: 4001,
    addresses: [],
    full: true,
    contents,
    ...more,
  };
  for (const port of ports)
    await (await field.caller(port, account.person)).call(trackerApi.presence, { body });
  return content;
}

/** When every tracker of the list knows of the others' announce ports. */
async function urlsOf({ person }: Account, port: number | undefined, { gid }: SignedGroup, count: number) {
  const caller = await field.caller(port, person);
  for (;;) {
    const { urls } = await caller.call(trackerApi.announceUrls, { params: { gid } });
    if (urls.length === count) return urls as [string, string];
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('where to announce', () => {
  test('every tracker tells its members the same, one URL for each that takes announcements', async () => {
    const { cluster, anna, ben, group } = await bandWith();
    const urls = await urlsOf(ben, cluster.ports[0], group, 2);
    expect(await urlsOf(ben, cluster.ports[1], group, 2)).toEqual(urls);
    const [first, second] = urls.map((url) =>
      /^http:\/\/127\.0\.0\.1:(\d+)\/announce\/([\w-]{112})\/announce$/.exec(url),
    );
    expect(first?.[2]).toBe(second?.[2]);
    expect(first?.[1]).not.toBe(second?.[1]);
    expect((await urlsOf(anna, cluster.ports[0], group, 2))[0].slice(0, 60)).not.toBe(urls[0].slice(0, 60));
  });

  test('strangers learn nothing, and no tracker takes announcements unasked', async () => {
    const { cluster, group } = await bandWith(1);
    const stranger = await field.account(cluster.ports[0], 'stranger');
    const asked = stranger.caller.call(trackerApi.announceUrls, { params: { gid: group.gid } });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const silent = await field.cluster(1);
    const tracker = await silent.start(1);
    const zoe = await field.account(silent.ports[0], 'zoe');
    const own = await SignedGroup.found(zoe.person);
    await put(zoe.caller, [own.record(), await own.grant(zoe.person, 'accepted')]);
    const { urls } = await zoe.caller.call(trackerApi.announceUrls, { params: { gid: own.gid } });
    expect(urls).toEqual([]);
    expect(await tracker.status()).not.toHaveProperty('announce');
  });
});

describe('announcing', () => {
  test('our own clients are found, and find; through every tracker', async () => {
    const { cluster, anna, ben, group } = await bandWith();
    const content = await appear(anna, cluster.ports, group);
    const [one, two] = await urlsOf(ben, cluster.ports[0], group, 2);
    const told = await Promise.all(
      cluster.ports.map(async (port) =>
        listening({ ...anna, caller: await field.caller(port, anna.person) }),
      ),
    );
    expect(await announce(one, infoHash, { event: 'started' })).toEqual({
      complete: 1,
      incomplete: 1,
      interval: 300,
      minInterval: 60,
      peers: [{ host: '127.0.0.1', port: 4001 }],
    });
    for (const stream of told) {
      const event = await stream.next<SwarmEvent>('swarm', ({ peers }) =>
        peers.some(({ uid }) => uid === ben.person.uid),
      );
      expect(event).toMatchObject({ gid: group.gid, content });
      expect(event.peers.find(({ uid }) => uid === ben.person.uid)).toMatchObject({
        device: 'bt-7f0000011ae1',
        addresses: [{ host: '127.0.0.1', port: 6881 }],
        infoHash,
        seed: false,
      });
    }
    const third = { peer_id: '-XX0100-000000000001', port: 7000 };
    const there = await announce(two, infoHash, third);
    expect(there).toMatchObject({ complete: 1, incomplete: 2 });
    expect(new Set(there.peers.map(({ port }) => port))).toEqual(new Set([4001, 6881]));
    const online = await anna.caller.call(trackerApi.online, { params: { gid: group.gid } });
    expect(online.swarms[content]?.seeds).toBe(1);

    await announce(one, infoHash, { event: 'stopped' });
    for (const stream of told)
      await stream.next<SwarmEvent>('swarm', ({ gone }) =>
        gone.some(({ device }) => device === 'bt-7f0000011ae1'),
      );
    expect(await announce(two, infoHash, third)).toMatchObject({ incomplete: 1 });
  });

  test('a tracker that starts anew is told all by the others', async () => {
    const { cluster, anna, ben, group } = await bandWith();
    await appear(anna, cluster.ports.slice(0, 1), group);
    const [one] = await urlsOf(ben, cluster.ports[0], group, 2);
    await announce(one, infoHash, { left: 0 });
    await cluster.stop(2);
    await cluster.start(2, new HeldClock(), LOOPBACK);
    const [, again] = await urlsOf(ben, cluster.ports[1], group, 2);
    for (;;) {
      const asked = await scrape(again, infoHash);
      if (asked[infoHash.slice(0, 40)]?.complete === 1) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('a removed member is refused from then on, its programs vanish, and its key stays dead', async () => {
    const { cluster, anna, ben, group } = await bandWith(1);
    await appear(anna, cluster.ports, group);
    const [url] = await urlsOf(ben, cluster.ports[0], group, 1);
    const [owners] = await urlsOf(anna, cluster.ports[0], group, 1);
    await announce(url, infoHash);
    expect(await scrape(owners, infoHash)).toEqual({
      [infoHash.slice(0, 40)]: { complete: 1, downloaded: 0, incomplete: 1 },
    });
    await put(anna.caller, [await group.grant(ben.person, 'removed')]);
    await expect(announce(url, infoHash)).rejects.toThrow(/not a member/);
    await expect(scrape(url, infoHash)).rejects.toThrow(/not a member/);
    expect((await scrape(owners, infoHash))[infoHash.slice(0, 40)]?.incomplete).toBe(0);
    const back = group.request(ben.person, 2);
    await put(ben.caller, [back]);
    await put(anna.caller, [await group.grant(ben.person, 'accepted', { n: 2, serial: 2 })]);
    await expect(announce(url, infoHash)).rejects.toThrow(/not a member/);
    const [fresh] = await urlsOf(ben, cluster.ports[0], group, 1);
    expect(await announce(fresh, infoHash)).toMatchObject({ incomplete: 1 });
  });

  test('keys that no tracker made, unknown torrents, and what is malformed: a reason, never an address', async () => {
    const { cluster, anna, ben, group } = await bandWith(1);
    await appear(anna, cluster.ports, group);
    const [url] = await urlsOf(ben, cluster.ports[0], group, 1);
    const forged = url.replace(
      /\/[\w-]{112}\//,
      (key) => `${key.slice(0, -3)}${key.at(-3) === 'A' ? 'B' : 'A'}${key.slice(-2)}`,
    );
    await expect(announce(forged, infoHash)).rejects.toThrow(/did not make this key/);
    await expect(announce(url.replace(/\/[\w-]{112}\//, '/x/'), infoHash)).rejects.toThrow(
      /did not make this key/,
    );
    await expect(announce(url.replace(/announce$/, 'file'), infoHash)).rejects.toThrow('HTTP 404');
    await expect(announce(url.replace(/\/[\w-]{112}/, ''), infoHash)).rejects.toThrow('HTTP 404');
    await expect(announce(url, sha256Hex('other'))).rejects.toThrow(/nobody in this group/);
    await expect(announce(url, infoHash, { port: 0 })).rejects.toThrow(/port/);
    await expect(announce(url, infoHash, { peer_id: 'x' })).rejects.toThrow(/peer_id/);
    await expect(scrape(url)).rejects.toThrow(/must name/);
    expect(await scrape(url, infoHash, sha256Hex('other'))).toEqual({
      [infoHash.slice(0, 40)]: { complete: 1, downloaded: 0, incomplete: 0 },
    });
  });

  test('a member of one group learns nothing of another by the key of the one', async () => {
    const { cluster, anna, ben, group } = await bandWith(1);
    await appear(anna, cluster.ports, group);
    const own = await SignedGroup.found(ben.person, 'solo');
    await put(ben.caller, [own.record(), await own.grant(ben.person, 'accepted')]);
    const [url] = await urlsOf(ben, cluster.ports[0], own, 1);
    await expect(announce(url, infoHash)).rejects.toThrow(/nobody in this group/);
    expect(await scrape(url, infoHash)).toEqual({});
  });

  test('peers as dictionaries, with and without their ids; seeds get no seeds; as many as are wanted', async () => {
    const { cluster, anna, ben, group } = await bandWith(1);
    await appear(anna, cluster.ports, group);
    const [url] = await urlsOf(ben, cluster.ports[0], group, 1);
    const other = { port: 7000, peer_id: '-XX0100-%00%ff3456789ab'.replace('3456789ab', '0123456789') };
    await announce(url, infoHash, { event: 'completed', left: 0 });
    const peers = async (said: object) => (await announce(url, infoHash, { ...other, ...said })).peers;
    const byPort = (a: { port: number }, b: { port: number }): number => a.port - b.port;
    expect((await peers({ compact: 0 })).toSorted(byPort)).toEqual([
      { host: '127.0.0.1', port: 4001 },
      { host: '127.0.0.1', port: 6881, peerId: '-XX0100-000000000000' },
    ]);
    expect((await peers({ compact: 0, no_peer_id: 1 })).map(({ peerId }) => peerId)).toEqual([
      undefined,
      undefined,
    ]);
    expect(await peers({ left: 0 })).toEqual([]);
    expect(await peers({ numwant: 1 })).toHaveLength(1);
    expect(await peers({ numwant: 0 })).toEqual([]);
    for (let n = 0; n < 8; n += 1) await announce(url, infoHash, { port: 8000 + n });
    expect(await peers({ numwant: NUMWANT_MAX + 1 })).toHaveLength(10);
    expect(await scrape(url, infoHash)).toEqual({
      [infoHash.slice(0, 40)]: { complete: 2, downloaded: 1, incomplete: 9 },
    });
  });

  test("an address is the connection's; what is named counts for this machine's programs, and if it is private", async () => {
    const { cluster, anna, ben, group } = await bandWith(1);
    await appear(anna, cluster.ports, group, { addresses: [{ host: 'fd00::7', port: 4001 }] });
    const [url] = await urlsOf(ben, cluster.ports[0], group, 1);
    const [owners] = await urlsOf(anna, cluster.ports[0], group, 1);
    const seen = async (ip: string) => {
      await announce(url, infoHash, { ip });
      const { peers } = await announce(owners, infoHash, { port: 9000 });
      await announce(url, infoHash, { ip, event: 'stopped' });
      return peers.filter(({ port }) => port === 6881).map(({ host }) => host);
    };
    expect(await seen('203.0.113.5')).toEqual(['127.0.0.1']);
    expect(await seen('example.org')).toEqual(['127.0.0.1']);
    expect(await seen('192.168.7.8')).toEqual(['192.168.7.8']);
    expect(await seen('fd00%3A%3a5')).toEqual(['fd000000000000000000000000000005']);
    const { peers } = await announce(owners, infoHash, { port: 9000 });
    expect(peers).toContainEqual({ host: 'fd000000000000000000000000000007', port: 4001 });
  });
});
