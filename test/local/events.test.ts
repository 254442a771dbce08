import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { localEvent, type LocalEvent } from '../../src/api/index.ts';
import type { DownloadRow, NodeStatus } from '../../src/node/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type FakeHost, fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';

const stages: LocalStage[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});
async function open(host: FakeHost, clock?: FakeClock): Promise<LocalStage> {
  const stage = await LocalStage.open(host, {}, clock);
  stages.push(stage);
  return stage;
}

/** A stream of events at the socket, as it is heard. */
class Ear {
  readonly socket: Socket;
  text = '';
  isClosed = false;

  constructor(stage: LocalStage, headers = '') {
    this.socket = connect(stage.server.socketPath);
    sockets.push(this.socket);
    this.socket.on('data', (bytes) => (this.text += bytes.toString()));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.write(`GET /v1/events HTTP/1.1\r\nHost: node\r\n${headers}\r\n`);
  }

  get events(): LocalEvent[] {
    const whole = this.text.slice(0, this.text.lastIndexOf('\n'));
    const lines = whole.split('\n').filter((line) => line.startsWith('data: '));
    return lines.map((line) => localEvent.parse(JSON.parse(line.slice(6))));
  }

  of<Type extends LocalEvent['type']>(type: Type): Extract<LocalEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<LocalEvent, { type: Type }> => event.type === type);
  }
}

const listen = async (stage: LocalStage, headers = ''): Promise<Ear> => {
  const ear = new Ear(stage, headers);
  await expect.poll(() => ear.of('hello')).toHaveLength(1);
  return ear;
};

describe('the stream of events', () => {
  test('begins with a greeting, then tells what comes', async () => {
    const stage = await open(fakeHost());
    const ear = await listen(stage);
    expect(ear.text).toMatch(/^HTTP\/1\.1 200 .*\r\n/);
    expect(ear.text.toLowerCase()).toContain('content-type: text/event-stream\r\n');
    expect(ear.events[0]).toEqual({ type: 'hello', version: '0.0.0', boot: 'first' });
    stage.host.fake.change({ what: 'files', group: 'g' });
    stage.host.fake.tell({ type: 'notice', text: 'line\n\nevent: hello\ndata: {"<b>"}' });
    await expect.poll(() => ear.events.length).toBe(3);
    expect(ear.events[1]).toEqual({ type: 'changed', change: { what: 'files', group: 'g' } });
    expect(ear.of('news')[0]?.event).toMatchObject({ text: 'line\n\nevent: hello\ndata: {"<b>"}' });
  });

  test('tells afterwards what came meanwhile, as far as the listener does not know it', async () => {
    const clock = new FakeClock(1000);
    const stage = await open(fakeHost(), clock);
    for (let n = 0; n < 150; n += 1) stage.host.fake.tell({ type: 'notice', text: `${n}` });
    const all = (await listen(stage)).of('news');
    expect(all.map((news) => news.event)).toMatchObject(
      Array.from({ length: 100 }, (_, n) => ({ text: `${n + 50}` })),
    );
    expect(new Set(all.map((news) => news.atMs)).size).toBe(100);
    const known = all[97]?.atMs ?? 0;
    const rest = (await listen(stage, `Last-Event-ID: ${known}\r\n`)).of('news');
    expect(rest.map((news) => news.event)).toMatchObject([{ text: '148' }, { text: '149' }]);
    expect((await listen(stage, 'Last-Event-ID: now\r\n')).of('news')).toEqual([]);
    expect((await listen(stage, 'Last-Event-ID: nonsense\r\n')).of('news')).toHaveLength(100);
  });

  test('breathes every five seconds', async () => {
    const clock = new FakeClock();
    const stage = await open(fakeHost(), clock);
    const ear = await listen(stage);
    const breaths = (): number => ear.text.split('\n').filter((line) => line === ':').length;
    expect(breaths()).toBe(0);
    clock.advance(10_000);
    await expect.poll(breaths).toBe(2);
  });

  test('tells of transfers once a second, only when something moved', async () => {
    const clock = new FakeClock();
    const rows: DownloadRow[] = [];
    const status = { downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, peers: 0 };
    let asked = 0;
    const stage = await open(
      fakeHost({
        showDownloads: async () => {
          asked += 1;
          return [...rows];
        },
        status: async () => ({ ...status }) as NodeStatus,
      }),
      clock,
    );
    clock.advance(5_000);
    expect(asked).toBe(0);
    const ear = await listen(stage);
    const second = async (): Promise<number> => {
      const before = asked;
      clock.advance(1_000);
      await expect.poll(() => asked).toBe(before + 1);
      await new Promise((resolve) => setImmediate(resolve));
      return ear.of('transfers').length;
    };
    await second();
    status.uploadBytesPerSecond = 5;
    await second();
    await expect
      .poll(() => ear.of('transfers').at(-1))
      .toMatchObject({ uploadBytesPerSecond: 5, downloads: [] });
    const told = ear.of('transfers').length;
    await second();
    await second();
    expect(ear.of('transfers')).toHaveLength(told);
    expect((await listen(stage)).of('transfers')).toMatchObject([{ uploadBytesPerSecond: 5 }]);
    stage.host.state = { ...stage.host.state, user: null };
    clock.advance(1_000);
    await expect.poll(() => ear.of('transfers').at(-1)).toMatchObject({ uploadBytesPerSecond: 0 });
    for (const socket of sockets) socket.destroy();
    const isStill = async (): Promise<boolean> => {
      const before = asked;
      clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
      return asked === before;
    };
    await expect.poll(isStill).toBe(true);
    expect(await isStill()).toBe(true);
    expect((await listen(stage)).of('transfers')).toEqual([]);
  });

  test('is one of twenty: one more ends the oldest', async () => {
    const stage = await open(fakeHost());
    const ears = [await listen(stage)];
    while (ears.length < 21) ears.push(await listen(stage));
    await expect.poll(() => ears[0]?.isClosed).toBe(true);
    stage.host.fake.change({ what: 'groups' });
    await expect.poll(() => ears.slice(1).map((ear) => ear.of('changed').length)).toEqual(Array(20).fill(1));
  });

  test('whose reader takes nothing is ended, not kept in memory', async () => {
    const stage = await open(fakeHost());
    const slow = await listen(stage);
    slow.socket.pause();
    const brisk = await listen(stage);
    const text = 'x'.repeat(1_000_000);
    for (let n = 0; n < 20; n += 1) {
      stage.host.fake.tell({ type: 'notice', text });
      await expect.poll(() => brisk.of('news').length).toBe(n + 1);
    }
    slow.socket.resume();
    await expect.poll(() => slow.isClosed).toBe(true);
    expect(slow.of('news').length).toBeLessThan(20);
  });
});
