import { describe, expect, test } from 'vitest';
import type { SwarmPeer, TrackerEvent } from '../api/index.ts';
import { sha256Hex, type ContentId, type GroupId, type InfoHash, type UserId } from '../base/index.ts';
import { EventStream, swarmEvents, type SwarmSource } from './event-stream.ts';

const swarm = { gid: sha256Hex('group') as GroupId, content: sha256Hex('content') as ContentId };
const peer = (name: string): SwarmPeer => ({
  uid: sha256Hex(name) as UserId,
  device: 'device-1',
  boot: 'boot-0001',
  port: 1,
  addresses: [],
  infoHash: sha256Hex('info') as InfoHash,
  have: 1,
  seed: true,
});
const record = (size = 10): TrackerEvent => ({ type: 'record', data: { bytes: 'A'.repeat(size) } });
const quiet: SwarmSource = { swarm: () => [], swarms: () => [] };

/** Names of the events in what is taken until nothing is left. */
function taken(stream: EventStream): string[] {
  const names: string[] = [];
  for (let text = stream.take(0); text !== undefined; text = stream.take(0)) {
    names.push(...[...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name ?? ''));
  }
  return names;
}

describe('EventStream', () => {
  test('says hello, then what comes, in the form of server-sent events', () => {
    const stream = new EventStream(quiet, 'boot-1234', 0);
    expect(stream.take(0)).toBe('event: hello\ndata: {"boot":"boot-1234"}\n\n');
    stream.send(record(4));
    expect(stream.take(0)).toBe('event: record\ndata: {"bytes":"AAAA"}\n\n');
    expect(stream.take(0)).toBeUndefined();
  });

  test('gives the swarms as they are when their turn comes', () => {
    const peers = [peer('anna')];
    const stream = new EventStream({ swarm: () => peers, swarms: () => [swarm] }, 'boot-1234', 0);
    stream.take(0);
    peers.push(peer('ben'));
    expect(stream.take(0)).toContain(sha256Hex('ben'));
    expect(stream.take(0)).toBeUndefined();
  });

  test('drops what a slow reader does not take, says so once, and gives the swarms again', () => {
    const stream = new EventStream({ swarm: () => [peer('anna')], swarms: () => [swarm] }, 'boot-1234', 0);
    for (let n = 0; n < 30; n += 1) stream.send(record(60_000));
    const names = taken(stream);
    expect(names[0]).toBe('lost');
    expect(names.filter((name) => name === 'lost')).toHaveLength(1);
    expect(names.at(-1)).toBe('swarm');
  });

  test('wakes who waits, with news, with a heartbeat, and when it is closed', async () => {
    const stream = new EventStream(quiet, 'boot-1234', 0);
    stream.take(0);
    let waiting = stream.wait();
    stream.send(record());
    await waiting;
    stream.take(0);
    waiting = stream.wait();
    stream.onTime(0);
    await waiting;
    expect(stream.take(0)).toBe(':\n\n');
    waiting = stream.wait();
    stream.close();
    await waiting;
    stream.send(record());
    expect(stream.take(0)).toBeUndefined();
  });

  test('closes when nobody has taken anything for long', () => {
    const stream = new EventStream(quiet, 'boot-1234', 0);
    stream.onTime(18_000);
    expect(stream.isClosed).toBe(false);
    stream.onTime(18_001);
    expect(stream.isClosed).toBe(true);
  });

  test('splits a large swarm', () => {
    const peers = Array.from({ length: 250 }, (_, n) => peer(`user ${n}`));
    const gone = [{ uid: sha256Hex('gone') as UserId, device: 'device-1' }];
    const events = swarmEvents({ ...swarm, peers, gone });
    const sizes = events.map((event) =>
      event.type === 'swarm' ? [event.data.peers.length, event.data.gone.length] : [],
    );
    expect(sizes).toEqual([
      [100, 1],
      [100, 0],
      [50, 0],
    ]);
  });
});
