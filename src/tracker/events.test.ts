import { describe, expect, test } from 'vitest';
import { listening } from '../../test/support/event-listener.ts';
import { HeldClock } from '../../test/support/held-clock.ts';
import { SignedGroup } from '../../test/support/signed-group.ts';
import { put, TrackerField, type Account } from '../../test/support/tracker-field.ts';
import { trackerApi, type PresenceReport, type SwarmEvent } from '../api/index.ts';
import { sha256Hex, type InfoHash } from '../base/index.ts';
import { recordKey } from '../records/index.ts';

const field = new TrackerField();

async function labWith(members: number, clock = new HeldClock()) {
  const trackers = await field.cluster(1);
  await trackers.start(1, clock);
  const port = trackers.ports[0];
  const owner = await field.account(port, 'owner');
  const group = await SignedGroup.found(owner.person);
  await put(owner.caller, [group.record(), await group.grant(owner.person, 'accepted')]);
  const accounts: Account[] = [];
  for (let n = 0; n < members; n += 1) {
    const account = await field.account(port, `member${n}`);
    await put(account.caller, [group.request(account.person)]);
    await put(owner.caller, [await group.grant(account.person, 'accepted')]);
    accounts.push(account);
  }
  return { trackers, port, group, owner, members: accounts };
}

const presence = (group: SignedGroup, more: Partial<PresenceReport> = {}): PresenceReport => ({
  device: 'device-1',
  boot: 'boot-0001',
  version: 1,
  port: 6881,
  addresses: [{ host: '198.51.100.7', port: 1 }],
  full: true,
  contents: [
    {
      gid: group.gid,
      content: group.share(group.owner).parts.content,
      infoHash: sha256Hex('info') as InfoHash,
      have: 0,
      seed: false,
    },
  ],
  ...more,
});
const report = ({ caller }: Account, body: PresenceReport) => caller.call(trackerApi.presence, { body });

describe('events', () => {
  test('tell each of what concerns it, in order, and nobody else', async () => {
    const { group, owner, members, port } = await labWith(1);
    const [member] = members as [Account];
    const asker = await field.account(port, 'asker');
    const stranger = await field.account(port, 'stranger');
    const [atOwner, atMember, atAsker, atStranger] = await Promise.all(
      [owner, member, asker, stranger].map((account) => listening(account)),
    );
    const request = group.request(asker.person);
    await put(asker.caller, [request]);
    const share = group.share(member.person);
    await put(member.caller, [share]);
    const rejection = await group.grant(asker.person, 'rejected');
    await put(owner.caller, [rejection]);
    const removal = await group.grant(member.person, 'removed');
    await put(owner.caller, [removal]);
    const later = group.share(owner.person, 'later.txt');
    const end = group.ended();
    await put(owner.caller, [later]);
    await put(owner.caller, [end]);
    for (const listener of [atOwner, atMember, atAsker, atStranger]) await listener?.record(end.key);
    expect(atOwner?.recordKeys).toEqual(
      [request, share, rejection, removal, later, end].map(({ key }) => key),
    );
    expect(atMember?.recordKeys).toEqual([share, rejection, removal, end].map(({ key }) => key));
    expect(atAsker?.recordKeys).toEqual([request, rejection, end].map(({ key }) => key));
    expect(atStranger?.recordKeys).toEqual([end.key]);
  });

  test('tell rivals and members of a name that changes', async () => {
    const { group, owner, members } = await labWith(1);
    const [member] = members as [Account];
    const atMember = await listening(member);
    const { person } = owner;
    const claim = person.sign('name', recordKey.groupName('lab', group.gid, person.uid), { label: 'lab' });
    await put(owner.caller, [claim]);
    await atMember.record(claim.key);
  });

  test('of one user at most eight streams stay', async () => {
    const { owner } = await labWith(0);
    const first = await listening(owner);
    for (let n = 0; n < 8; n += 1) await listening(owner);
    await first.ended;
  });

  test('end when the tracker closes, which then is not kept waiting', async () => {
    const { owner, trackers } = await labWith(0);
    const listener = await listening(owner);
    await trackers.stop(1);
    await listener.ended;
  });

  test('a reader that goes away is forgotten', async () => {
    const { trackers, port, owner } = await labWith(0);
    const other = await field.caller(port, owner.person);
    const events = other.events();
    await events.next();
    const nobody = await field.caller(port);
    const streams = async () =>
      /mbt_event_streams (\d+)/.exec(String((await nobody.send('GET', '/metrics')).body))?.[1];
    expect(await streams()).toBe('1');
    await other.close();
    await expect.poll(streams).toBe('0');
    expect(trackers.ports).toHaveLength(1);
  });
});

describe('presence', () => {
  test('peers learn of each other, and of who leaves', async () => {
    const { group, owner, members } = await labWith(1);
    const [member] = members as [Account];
    const { content } = presence(group).contents?.[0] ?? {};
    const atOwner = await listening(owner);
    expect(await report(owner, presence(group))).toEqual({ observed: '127.0.0.1' });
    await atOwner.next<SwarmEvent>('swarm', ({ peers }) => peers.some(({ uid }) => uid === owner.person.uid));
    await report(member, presence(group));
    const news = await atOwner.next<SwarmEvent>('swarm', ({ peers }) =>
      peers.some(({ uid }) => uid === member.person.uid),
    );
    // Of the addresses it named, only what a tracker on this machine may believe.
    expect(news.peers[0]).toMatchObject({ addresses: [{ host: '127.0.0.1', port: 6881 }], seed: false });
    // Who begins to listen later is told of the whole swarm.
    const atMember = await listening(member);
    const whole = await atMember.next<SwarmEvent>('swarm');
    expect(whole.peers.map(({ uid }) => uid).toSorted()).toEqual(
      [owner.person.uid, member.person.uid].toSorted(),
    );
    expect(await owner.caller.call(trackerApi.online, { params: { gid: group.gid } })).toMatchObject({
      members: { [owner.person.uid]: expect.any(Number), [member.person.uid]: expect.any(Number) },
      swarms: { [content ?? '']: { seeds: 0, leechers: 2 } },
    });
    await report(member, { ...presence(group), goodbye: true });
    await atOwner.next<SwarmEvent>('swarm', ({ gone }) => gone.some(({ uid }) => uid === member.person.uid));
  });

  test('who is silent for more than 8 seconds is gone, who sends heartbeats is not', async () => {
    const clock = new HeldClock();
    const { group, owner, members } = await labWith(1, clock);
    const [member] = members as [Account];
    const atOwner = await listening(owner);
    await report(owner, presence(group));
    await report(member, presence(group));
    clock.forward(5_000);
    const { contents: _, ...heartbeat } = presence(group, { full: false });
    expect((await report(owner, heartbeat)).need).toBeUndefined();
    clock.forward(3_001);
    await atOwner.next<SwarmEvent>('swarm', ({ gone }) => gone.some(({ uid }) => uid === member.person.uid));
    const online = await owner.caller.call(trackerApi.online, { params: { gid: group.gid } });
    expect(Object.keys(online.members)).toEqual([owner.person.uid]);
  });

  test('a removed member vanishes from the swarms, and sees them no more', async () => {
    const { group, owner, members } = await labWith(1);
    const [member] = members as [Account];
    await report(owner, presence(group));
    await report(member, presence(group));
    const atOwner = await listening(owner);
    const removal = await group.grant(member.person, 'removed');
    await put(owner.caller, [removal]);
    await atOwner.next<SwarmEvent>('swarm', ({ gone }) => gone.some(({ uid }) => uid === member.person.uid));
    const atMember = await listening(member);
    await report(owner, presence(group, { version: 2, contents: [] }));
    await put(owner.caller, [group.ended()]);
    await atMember.record(group.ended().key);
    expect(atMember.seen.some(({ type }) => type === 'swarm')).toBe(false);
  });

  test('who restarts must announce anew, and takes its old place', async () => {
    const { group, owner } = await labWith(0);
    await report(owner, presence(group));
    const { contents: _, ...heartbeat } = presence(group, { full: false, boot: 'boot-0002' });
    expect((await report(owner, heartbeat)).need).toBe('full');
    await report(owner, presence(group, { boot: 'boot-0002' }));
    const { swarms } = await owner.caller.call(trackerApi.online, { params: { gid: group.gid } });
    expect(Object.values(swarms)).toEqual([{ seeds: 0, leechers: 1 }]);
  });
});
