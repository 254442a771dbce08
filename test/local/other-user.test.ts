import { spawnSync } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { type Answer, LocalStage } from '../support/local-stage.ts';

const AS_NOBODY = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', process.execPath];
/** Only an administrator can act as another user. */
const canBeNobody = process.getuid?.() === 0 && spawnSync('setpriv', [...AS_NOBODY, '-v']).status === 0;

/** What another user's program sees: it connects to the socket, then asks at the port as it is told. */
const PROGRAM = `
const { connect } = require('node:net');
const { request } = require('node:http');
const { socketPath, port, asks } = JSON.parse(process.argv[1]);
const atSocket = () => new Promise((resolve) => {
  const socket = connect(socketPath, () => resolve('connected'));
  socket.on('error', (error) => resolve(error.code));
});
const ask = (options) => new Promise((resolve) => {
  const asked = request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
    let text = '';
    response.on('data', (bytes) => (text += bytes));
    response.on('end', () => resolve(response.statusCode + ' ' + text));
  });
  asked.on('error', (error) => resolve(error.code));
  asked.end(options.body);
});
(async () => {
  const answers = [await atSocket()];
  for (const each of asks) answers.push(await ask(each));
  process.stdout.write(JSON.stringify(answers));
  process.exit(0);
})();
`;

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function asNobody(socketPath: string, port: number, asks: readonly Asked[]): Promise<string[]> {
  const words = JSON.stringify({ socketPath, port, asks });
  const child = spawn('setpriv', [...AS_NOBODY, '-e', PROGRAM, words], { cwd: '/' });
  let text = '';
  let faults = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (faults += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as string[]);
      else reject(new Error(faults));
    });
  });
}

/** Another user's program takes as many connections as it can get, and keeps them. */
const CROWD = `
const { connect } = require('node:net');
let left = 400;
const settle = () => (left -= 1) === 0 && process.stdout.write('here');
for (let n = 0; n < 400; n += 1) {
  const socket = connect(Number(process.argv[1]), '127.0.0.1');
  let isSettled = false;
  const once = () => isSettled || ((isSettled = true), settle());
  socket.on('connect', once);
  socket.on('error', once);
}
setInterval(() => undefined, 1000);
`;

const statusOf = (result: PromiseSettledResult<Answer>): unknown =>
  result.status === 'fulfilled' ? result.value.status : String(result.reason);

describe.skipIf(!canBeNobody)('another user of the machine', () => {
  let stage: LocalStage;
  beforeAll(async () => {
    const host = fakeHost({ listGroups: async () => [], createGroup: async () => undefined });
    host.contents.set('g/a.txt', Buffer.from('hello'));
    stage = await LocalStage.open(host);
    // Nothing but the socket's own mode keeps them out.
    await chmod(stage.folder, 0o755);
    await chmod(stage.dataDir, 0o755);
  });
  afterAll(() => stage.close());

  test('gets nothing, not even with cookie and key, a token and the address of a file', async () => {
    const known = await stage.known();
    const token = stage.server.webLink().link.split('#token=')[1] ?? '';
    const { url } = await (await stage.remote()).openLink('g', 'a.txt');
    const port = Number(stage.authority.split(':')[1]);
    const before = stage.host.fake.asked.length;
    const [atSocket, ...answers] = await asNobody(stage.server.socketPath, port, [
      { path: '/' },
      { path: '/openapi.json' },
      { path: '/v1/groups' },
      { path: '/v1/groups', headers: known },
      { path: '/v1/events', headers: known },
      {
        path: '/v1/groups/create',
        method: 'POST',
        headers: { ...stage.own, ...known },
        body: '{"group":"x"}',
      },
      { path: '/v1/web/session', method: 'POST', headers: stage.own, body: JSON.stringify({ token }) },
      { path: url },
    ]);
    expect(atSocket).toBe('EACCES');
    expect(answers.map((answer) => answer.slice(0, 4))).toEqual(Array(8).fill('403 '));
    expect(answers.every((answer) => answer.includes('belongs to another user'))).toBe(true);
    expect(stage.host.fake.asked.slice(before)).toEqual([]);
    const opened = await stage.ask('/v1/web/session', {
      method: 'POST',
      headers: stage.own,
      body: JSON.stringify({ token }),
    });
    expect(opened.status).toBe(200);
  });

  test('does not take the places of those who may come', async () => {
    const known = await stage.known();
    const port = stage.authority.split(':')[1] ?? '';
    const crowd = spawn('setpriv', [...AS_NOBODY, '-e', CROWD, port], { cwd: '/' });
    try {
      await once(crowd.stdout, 'data');
      // So many at once that not all of them find a connection of before.
      const asks = () => Array.from({ length: 20 }, () => stage.ask('/v1/groups', { headers: known }));
      const statuses = async () => (await Promise.allSettled(asks())).map(statusOf);
      await expect.poll(statuses).toEqual(Array(20).fill(200));
    } finally {
      crowd.kill();
      await once(crowd, 'close');
    }
  });
});
