import { describe, expect, test } from 'vitest';
import type { PresenceReport } from '../api/index.ts';
import { sha256Hex, type ContentId, type GroupId, type InfoHash, type UserId } from '../base/index.ts';
import { PresenceTable, type ReportFacts } from './presence-table.ts';
import type { SwarmNews } from './swarm-news.ts';

const user = (name: string): UserId => sha256Hex(name) as UserId;
const [anna, ben, carl] = [user('anna'), user('ben'), user('carl')];
const gid = sha256Hex('group') as GroupId;
const content = sha256Hex('content') as ContentId;
const infoHash = sha256Hex('info') as InfoHash;
const swarm = { gid, content };

const report = (more: Partial<PresenceReport> = {}): PresenceReport => ({
  device: 'device-1',
  boot: 'boot-0001',
  version: 1,
  port: 6881,
  addresses: [],
  full: true,
  contents: [{ ...swarm, infoHash, have: 0, seed: false }],
  ...more,
});
const have = (share: number, seed = false): Partial<PresenceReport> => ({
  contents: [{ ...swarm, infoHash, have: share, seed }],
});
const heartbeat = (version = 1): PresenceReport => {
  const { contents: _, ...rest } = report({ full: false, version });
  return rest;
};

/** `+ben` came or changed, `-ben` went, `!ben` needs the whole swarm. */
function told(news: SwarmNews): string[] {
  const names = new Map([
    [anna, 'anna'],
    [ben, 'ben'],
    [carl, 'carl'],
  ]);
  return [
    ...news.events.flatMap((event) => event.peers.map((peer) => `+${names.get(peer.uid)}`)),
    ...news.events.flatMap((event) => event.gone.map((peer) => `-${names.get(peer.uid)}`)),
    ...news.entered.map(({ uid }) => `!${names.get(uid)}`),
  ];
}
const facts = (more: Partial<ReportFacts> = {}): ReportFacts => ({
  observed: '10.0.0.1',
  nowMs: 0,
  wallMs: 0,
  membersOf: new Map([[gid, new Set([anna, ben])]]),
  ...more,
});
const put = (table: PresenceTable, uid: UserId, body: PresenceReport, nowMs = 0): string[] =>
  told(table.onReport(uid, body, facts({ nowMs })).news);

describe('PresenceTable', () => {
  test('tells of who comes, and counts seeds and leechers', () => {
    const table = new PresenceTable();
    expect(put(table, anna, report())).toEqual(['+anna', '!anna']);
    expect(put(table, ben, report(have(1, true)))).toEqual(['+ben', '!ben']);
    expect(table.swarmsOf(gid)).toEqual({ [content]: { seeds: 1, leechers: 1 } });
    expect(table.swarm(swarm)).toContainEqual({
      uid: ben,
      device: 'device-1',
      boot: 'boot-0001',
      port: 6881,
      addresses: [{ host: '10.0.0.1', port: 6881 }],
      infoHash,
      have: 1,
      seed: true,
    });
  });

  test('a heartbeat tells nothing, and keeps alive', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(put(table, anna, heartbeat(), 7_000)).toEqual([]);
    expect(told(table.onTime(15_000))).toEqual([]);
    expect(told(table.onTime(15_001))).toEqual(['-anna']);
    expect(table.online([anna])).toEqual({});
    expect(table.counts).toEqual({ users: 0, groups: 0 });
  });

  test('a heartbeat of an unknown device is online, and must announce in full', () => {
    const table = new PresenceTable();
    const { need } = table.onReport(anna, heartbeat(), facts({ wallMs: 1_234 }));
    expect(need).toBe('full');
    expect(table.online([anna, ben])).toEqual({ [anna]: 1_234 });
  });

  test.each([
    { why: 'the next version', version: 2, need: undefined },
    { why: 'the same again', version: 1, need: undefined },
    { why: 'a version skipped', version: 3, need: 'full' },
    { why: 'an older version', version: 0, need: 'full' },
  ])('a change that builds on $why', ({ version, need }) => {
    const table = new PresenceTable();
    put(table, anna, report());
    const answer = table.onReport(anna, report({ full: false, version, ...have(1, true) }), facts());
    expect(answer.need).toBe(need);
    expect(table.swarm(swarm)[0]?.seed).toBe(need === undefined);
  });

  test('small progress is no news until it adds up; becoming a seed is', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(put(table, anna, report(have(0.03)))).toEqual([]);
    expect(put(table, anna, report(have(0.06)))).toEqual(['+anna']);
    expect(put(table, anna, report(have(0.07, true)))).toEqual(['+anna']);
  });

  test('what a full report leaves out, or a change takes away, is gone', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(put(table, anna, report({ contents: [] }))).toEqual(['-anna']);
    put(table, anna, report({ version: 2 }));
    const away = { ...heartbeat(3), gone: [swarm] };
    expect(put(table, anna, away)).toEqual(['-anna']);
    expect(table.online([anna])).toHaveProperty(anna);
  });

  test('a goodbye ends it at once, but not the next start of the same device', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(put(table, anna, report({ boot: 'boot-0002' }))).toEqual(['+anna', '!anna']);
    expect(put(table, anna, report({ goodbye: true }))).toEqual([]);
    expect(put(table, anna, report({ boot: 'boot-0002', goodbye: true }))).toEqual(['-anna']);
  });

  test('two devices of one user are two peers', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    put(table, anna, report({ device: 'device-2' }));
    expect(table.swarm(swarm)).toHaveLength(2);
    put(table, anna, report({ goodbye: true }));
    expect(table.online([anna])).toHaveProperty(anna);
  });

  test('of more than 16 devices the one that was silent longest goes', () => {
    const table = new PresenceTable();
    for (let n = 0; n < 17; n += 1) put(table, anna, report({ device: `device-${n}` }), n);
    const devices = table.swarm(swarm).map((peer) => peer.device);
    expect(devices).toHaveLength(16);
    expect(devices).not.toContain('device-0');
  });

  test('a new address is news', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(told(table.onReport(anna, heartbeat(), facts({ observed: '10.0.0.9' })).news)).toEqual(['+anna']);
  });

  test('nobody sees who is no member, and who is none sees nobody', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    expect(put(table, carl, report())).toEqual([]);
    expect(table.swarm(swarm).map((peer) => peer.uid)).toEqual([anna]);
    expect(table.swarmsWith(carl)).toEqual([]);
    expect(told(table.onMembers(gid, new Set([anna, carl])))).toEqual(['+carl', '!carl']);
    expect(table.swarmsWith(carl)).toEqual([swarm]);
    expect(told(table.onMembers(gid, new Set([carl])))).toEqual(['-anna']);
    expect(told(table.onMembers(gid, new Set([carl])))).toEqual([]);
  });

  test('keeps nothing of groups in which nothing is announced', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    put(table, anna, report({ goodbye: true }));
    expect(table.groups()).toEqual([]);
  });

  test('who is alone in a group and announces one content in place of another is seen with it', () => {
    const table = new PresenceTable();
    put(table, anna, report());
    const other = sha256Hex('another content') as ContentId;
    const contents = [{ gid, content: other, infoHash, have: 1, seed: true }];
    put(table, anna, report({ full: false, version: 2, contents, gone: [swarm] }));
    expect(table.swarm({ gid, content: other }).map((peer) => peer.uid)).toEqual([anna]);
  });

  const many = (first: number, count: number) =>
    Array.from({ length: count }, (_, at) => {
      const id = sha256Hex(`content ${first + at}`) as ContentId;
      return { gid, content: id, infoHash, have: 1, seed: true };
    });

  test('a device announces 5,000 contents at most, however many reports it takes', () => {
    const table = new PresenceTable();
    put(table, anna, report({ contents: many(0, 5_000) }));
    put(table, anna, report({ full: false, version: 2, contents: many(5_000, 5_000) }));
    expect(table.swarmsWith(anna)).toHaveLength(5_000);
    // What it announces no longer makes room.
    put(table, anna, report({ version: 3, contents: many(9_000, 10) }));
    expect(table.swarmsWith(anna)).toHaveLength(10);
  });

  test('the accounts of one address announce 100,000 at most, and take no room from others', () => {
    const table = new PresenceTable();
    const users = Array.from({ length: 21 }, (_, n) => user(`user ${n}`));
    const membersOf = new Map([[gid, new Set([...users, ben])]]);
    const contents = many(0, 5_000);
    const heldBy = (uid: UserId, observed = '10.0.0.1'): number => {
      table.onReport(uid, report({ contents }), facts({ membersOf, observed }));
      return table.swarmsWith(uid).length;
    };
    const held = users.map((uid) => heldBy(uid));
    expect(held).toEqual([...Array<number>(20).fill(5_000), 0]);
    expect(heldBy(ben, '10.0.0.2')).toBe(5_000);
    table.onReport(users[0] as UserId, report({ goodbye: true }), facts({ membersOf }));
    expect(heldBy(users[20] as UserId)).toBe(5_000);
  });
});
