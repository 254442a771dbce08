import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HeldClock } from '../../../test/support/held-clock.ts';
import { deferred, silentLogger } from '../../base/index.ts';
import { openAnnouncePort, type AnnouncePort } from './announce-port.ts';
import type { AnnounceService } from './announce-service.ts';
import { textAnswer } from './answers.ts';

type Answer = AnnounceService['answer'];

let port: AnnouncePort | undefined;
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await port?.close();
});

/** Echoes the target. */
const echo: Answer = (target, _, keepAlive) => textAnswer(200, target, keepAlive);

async function serve(answer: Answer, clock = new HeldClock()): Promise<HeldClock> {
  const binding = { host: '127.0.0.1', port: 0, text: 'here', otherPort: 'take another' };
  port = await openAnnouncePort(binding, { answer }, clock, silentLogger);
  return clock;
}

async function dial(): Promise<{ socket: Socket; text: () => string; ended: Promise<unknown> }> {
  const socket = connect(port?.port ?? 0, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'connect');
  return { socket, text: () => text, ended: once(socket, 'close') };
}

const get = (target: string, ...headers: string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');
const answered = (target: string): string => textAnswer(200, target, true).toString('latin1');

test('requests that come together, or byte by byte, are answered in their order on one connection', async () => {
  await serve(echo);
  const { socket, text } = await dial();
  socket.write(get('/1') + get('/2') + get('/3').slice(0, 9));
  for (const letter of get('/3').slice(9)) {
    socket.write(letter);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(text).toBe(answered('/1') + answered('/2') + answered('/3'));
});

test('a request that asks for it, and HTTP 1.0, is the last', async () => {
  await serve(echo);
  for (const request of [get('/1', 'Connection: close'), 'GET /1 HTTP/1.0\r\n\r\n']) {
    const { socket, text, ended } = await dial();
    socket.write(request + get('/2'));
    await ended;
    expect(text()).toBe(textAnswer(200, '/1', false).toString('latin1'));
  }
});

test('an answer that takes its time holds up what comes after it', async () => {
  const slow = deferred<Buffer>();
  await serve((target, from, keepAlive) => (target === '/1' ? slow.promise : echo(target, from, keepAlive)));
  const { socket, text } = await dial();
  socket.write(get('/1') + get('/2'));
  const other = await dial();
  other.socket.write(get('/3'));
  await expect.poll(other.text).toBe(answered('/3'));
  expect(text()).toBe('');
  slow.resolve(textAnswer(200, '/1', true));
  await expect.poll(text).toBe(answered('/1') + answered('/2'));
});

test('where no answer can be made, that connection ends', async () => {
  await serve(async () => Promise.reject(new Error('the disk is gone')));
  const { socket, text, ended } = await dial();
  socket.write(get('/1'));
  await ended;
  expect(text()).toBe('');
});

test.each([
  ['POST /1 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
  ['\x16\x03\x01\x00\x00\x00\x00', 400],
  [`GET /${'a'.repeat(70_000)}`, 414],
  [`GET / HTTP/1.1\r\nA: ${'a'.repeat(70_000)}`, 431],
])('what is no plain GET ends the connection with a status', async (request, status) => {
  await serve(echo);
  const { socket, text, ended } = await dial();
  socket.write(request);
  await ended;
  expect(text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(text()).toContain('Connection: close');
});

test('who brings no whole request in 15 seconds is hung up on, however busily it drips', async () => {
  const clock = await serve(echo);
  const dripping = await dial();
  const idle = await dial();
  dripping.socket.write('GET /1 HTTP/1.1\r\n');
  clock.forward(14_000);
  const busy = await dial();
  busy.socket.write(get('/1'));
  await expect.poll(busy.text).toBe(answered('/1'));
  dripping.socket.write('Host: x\r\n');
  clock.forward(1_001);
  await Promise.all([dripping.ended, idle.ended]);
  expect(dripping.text()).toBe('');
  busy.socket.write(get('/2'));
  await expect.poll(busy.text).toBe(answered('/1') + answered('/2'));
});

test('who asks and never reads is answered no further than a little', async () => {
  let answers = 0;
  const big = Buffer.alloc(32 * 1024);
  await serve(() => {
    answers += 1;
    return big;
  });
  const { socket } = await dial();
  socket.pause();
  const asked = 5_000;
  for (let n = 0; n < asked; n += 1) socket.write(get('/1'));
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = answers === before;
        before = answers;
        return isStill && answers > 0;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(answers).toBeLessThan(asked / 2);
  socket.resume();
  await expect.poll(() => answers).toBe(asked);
});

test('garbage of every kind leaves the others alone', async () => {
  await serve(echo);
  const hostile = await Promise.all(Array.from({ length: 200 }, dial));
  for (const [n, { socket }] of hostile.entries()) {
    socket.write(Buffer.from(Array.from({ length: 400 }, (_, at) => (n * 31 + at * at) & 0xff)));
    if (n % 2 === 0) socket.destroy();
  }
  const { socket, text } = await dial();
  socket.write(get('/1'));
  await expect.poll(text).toBe(answered('/1'));
});

/** Connections that the port has taken for certain: each was answered. Not more at once than wait to be taken. */
async function dialAnswered(count: number): Promise<Socket[]> {
  const all: Socket[] = [];
  while (all.length < count) {
    const some = await Promise.all(Array.from({ length: Math.min(100, count - all.length) }, dial));
    for (const { socket } of some) socket.write(get('/1'));
    for (const { text } of some) await expect.poll(text).toBe(answered('/1'));
    all.push(...some.map(({ socket }) => socket));
  }
  return all;
}

test('one address has at most a thousand connections', async () => {
  await serve(echo);
  const first = await dialAnswered(1_000);
  const refused = await dial();
  await refused.ended;
  expect(first.every((socket) => !socket.destroyed)).toBe(true);
  first[0]?.destroy();
  await expect
    .poll(async () => {
      const { socket, text } = await dial();
      socket.write(get('/1'));
      await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      return text();
    })
    .toBe(answered('/1'));
});

test('a port that is taken says what to do', async () => {
  await serve(echo);
  const binding = { host: '127.0.0.1', port: port?.port ?? 0, text: 'here', otherPort: 'take another' };
  const second = openAnnouncePort(binding, { answer: echo }, new HeldClock(), silentLogger);
  await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE', message: /take another/ });
});
