import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { HeldClock } from '../../test/support/held-clock.ts';
import { TrackerField } from '../../test/support/tracker-field.ts';
import { trackerApi } from '../api/index.ts';
import type { UserId } from '../base/index.ts';
import { PortGreeter } from './port-greeter.ts';

const NAME = 'ab'.repeat(20);
const field = new TrackerField();
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port that hears which names it is greeted by, and knows none of them. */
async function hearingPort(): Promise<{ port: number; heard: Promise<string> }> {
  let onName: (name: string) => void;
  const heard = new Promise<string>((resolve) => (onName = resolve));
  const server = createTlsServer({
    SNICallback: (name, done) => {
      onName(name);
      done(new Error('unrecognized name'));
    },
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return { port: await listening(server), heard };
}

describe('a tracker that is asked to greet a port', () => {
  test('says the name there, to whoever has an account and who has none', async () => {
    const trackers = await field.cluster(1);
    await trackers.start(1);
    const [at] = trackers.ports;
    const stranger = await field.caller(at);
    const { caller } = await field.account(at, 'anna');
    for (const one of [stranger, caller]) {
      const { port, heard } = await hearingPort();
      const answer = await one.call(trackerApi.reachability, { body: { port, name: NAME } });
      expect(answer).toEqual({ observed: '127.0.0.1' });
      expect(await heard).toBe(NAME);
    }
  });

  test('tells nothing of a port where nobody is', async () => {
    const trackers = await field.cluster(1);
    await trackers.start(1);
    const caller = await field.caller(trackers.ports[0]);
    const answer = await caller.call(trackerApi.reachability, { body: { port: 1, name: NAME } });
    expect(answer).toEqual({ observed: '127.0.0.1' });
  });

  test.each([
    { why: 'port 0', body: { port: 0, name: NAME } },
    { why: 'no such port', body: { port: 65_536, name: NAME } },
    { why: 'no whole port', body: { port: 80.5, name: NAME } },
    { why: 'a name of another form', body: { port: 1, name: 'example.org' } },
    { why: 'no name', body: { port: 1 } },
  ])('refuses $why', async ({ body }) => {
    const trackers = await field.cluster(1);
    await trackers.start(1);
    const caller = await field.caller(trackers.ports[0]);
    const { status } = await caller.send('POST', '/v1/reachability', JSON.stringify(body));
    expect(status).toBe(400);
  });

  test('dials no address but the caller’s, whatever it is told', async () => {
    const trackers = await field.cluster(1);
    await trackers.start(1);
    const caller = await field.caller(trackers.ports[0]);
    const { port, heard } = await hearingPort();
    const body = JSON.stringify({ port, name: NAME, host: '192.0.2.1', address: '192.0.2.1' });
    expect(await caller.send('POST', '/v1/reachability', body)).toMatchObject({
      body: { observed: '127.0.0.1' },
    });
    expect(await heard).toBe(NAME);
  });

  test('does so five times, then every twenty seconds', async () => {
    const clock = new HeldClock();
    const trackers = await field.cluster(1);
    await trackers.start(1, clock);
    const caller = await field.caller(trackers.ports[0]);
    const ask = () => caller.call(trackerApi.reachability, { body: { port: 1, name: NAME } });
    for (let n = 0; n < 5; n += 1) await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS', status: 429 });
    clock.forward(20_000);
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });
});

describe('greetings', () => {
  const silentPort = async () => {
    const arrived: Socket[] = [];
    const server = createServer((socket) => {
      arrived.push(socket.on('error', () => undefined).resume());
      server.emit('arrived');
    });
    return { server, port: await listening(server, '0.0.0.0'), arrived };
  };

  test('are given up after three seconds', async () => {
    const clock = new FakeClock();
    const greeter = new PortGreeter(clock);
    const { server, port, arrived } = await silentPort();
    greeter.greet({ address: '127.0.0.1', isTracker: false }, port, NAME);
    await once(server, 'arrived');
    clock.advance(2_999);
    expect(arrived[0]?.destroyed).toBe(false);
    clock.advance(1);
    await once(arrived[0] as Socket, 'close');
  });

  test('of one user are counted wherever it comes from', async () => {
    const greeter = new PortGreeter(new FakeClock());
    const greetFrom = (last: number): void =>
      greeter.greet({ address: `127.0.0.${last}`, uid: 'anna' as UserId, isTracker: false }, 1, NAME);
    for (let n = 1; n <= 5; n += 1) greetFrom(n);
    expect(() => greetFrom(6)).toThrow(/too many/);
    greeter.close();
  });

  test('under way are twenty at most, and all end with the tracker', async () => {
    const greeter = new PortGreeter(new FakeClock());
    const { server, port, arrived } = await silentPort();
    for (let n = 1; n <= 20; n += 1) {
      greeter.greet({ address: `127.0.0.${n}`, isTracker: false }, port, NAME);
    }
    expect(() => greeter.greet({ address: '127.0.0.21', isTracker: false }, port, NAME)).toThrow(/too many/);
    while (arrived.length < 20) await once(server, 'arrived');
    greeter.close();
    await Promise.all(arrived.filter(({ destroyed }) => !destroyed).map((socket) => once(socket, 'close')));
  });
});
