import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';

let stage: LocalStage;
let clock: FakeClock;
let sockets: Socket[];

beforeEach(async () => {
  clock = new FakeClock(1_000_000);
  sockets = [];
  const you = 'owner' as const;
  const host = fakeHost({ listGroups: async () => [{ group: 'g', owner: 'ada', members: 1, you }] });
  host.contents.set('g/film.mp4', new Uint8Array(64 * 2 ** 20));
  stage = await LocalStage.open(host, {}, clock);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await stage.close();
});

/** Says so much at the page's port, and no more. */
async function say(text: string): Promise<Socket> {
  const socket = connect(Number(stage.authority.split(':')[1]), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}
const head = (line: string, headers: Record<string, string>): string =>
  [
    `${line} HTTP/1.1`,
    `Host: ${stage.authority}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

describe('who falls silent is not waited for', () => {
  test('in the body of a call, after half a minute', async () => {
    const headers = { ...stage.own, ...(await stage.known()), 'content-length': '20' };
    const socket = await say(`${head('POST /v1/groups/create', headers)}{"group":`);
    socket.resume();
    let waitedMs = 0;
    const closedLater = (): boolean => {
      clock.advance(5_000);
      waitedMs += 5_000;
      return socket.closed;
    };
    await expect.poll(closedLater).toBe(true);
    expect(waitedMs).toBeGreaterThanOrEqual(30_000);
    expect(stage.host.fake.asked).not.toContain('createGroup');
  });

  test('in a file of a drop, after a minute or two; it may be sent again', async () => {
    const known = await stage.known();
    const post = async (path: string, body: object) =>
      stage.ask(path, { method: 'POST', headers: { ...stage.own, ...known }, body: JSON.stringify(body) });
    const begun = await post('/v1/drops/begin', { group: 'g', name: 'a', size: 5, folder: false });
    const { id } = JSON.parse(begun.text) as { id: string };
    const path = `/v1/drops/file?id=${id}`;
    const socket = await say(`${head(`PUT ${path}`, { ...stage.own, ...known, 'content-length': '5' })}he`);
    socket.resume();
    const refusal = async () => (await post('/v1/drops/finish', { id })).text;
    await expect.poll(refusal).toContain('still being handed over');
    clock.advance(59_000);
    expect(await refusal()).toContain('still being handed over');
    clock.advance(61_000);
    await expect.poll(refusal).toContain('INTERRUPTED');
    await expect.poll(() => socket.closed).toBe(true);
    const again = { method: 'PUT', headers: { ...stage.own, ...known }, body: 'hello' };
    expect((await stage.ask(path, again)).status).toBe(200);
  });

  test('reading a file, after ten minutes', async () => {
    const { url } = await (await stage.remote()).openLink('g', 'film.mp4');
    const socket = await say(head(`GET ${url}`, {}));
    socket.pause();
    const { readers } = stage.host;
    await expect.poll(() => readers.begun).toBe(1);
    clock.advance(9 * 60_000);
    expect(readers).toMatchObject({ open: 1, ended: 0 });
    const endedLater = (): number => {
      clock.advance(10 * 60_000);
      return readers.ended;
    };
    await expect.poll(endedLater).toBe(1);
    await expect.poll(() => readers.open).toBe(0);
  });
});
