import { writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { TestCluster } from '../../test/support/test-cluster.ts';
import { TrackerField } from '../../test/support/tracker-field.ts';
import { trackerApi } from '../api/index.ts';
import { silentLogger, systemClock } from '../base/index.ts';
import { openTracker } from './open-tracker.ts';

const field = new TrackerField();

test('serves its cluster, health, metrics and documentation', async () => {
  const trackers = await field.cluster(2);
  const first = await trackers.start(1);
  const anyone = await field.caller(trackers.ports[0]);
  const info = await anyone.call(trackerApi.cluster);
  expect(info.trackers).toEqual([
    { address: first.address, state: 'self' },
    { address: `127.0.0.1:${trackers.ports[1]}`, state: 'connecting' },
  ]);
  expect(info.cluster).toBe((await first.status()).cluster);
  expect((await anyone.send('GET', '/healthz')).body).toBe('ok 0 records\n');
  expect((await anyone.send('GET', '/metrics')).body).toContain(
    'mbt_calls_total{call="/v1/cluster",status="200"} 1',
  );
  const documentation = (await anyone.send('GET', '/openapi.json')).body as { paths: object };
  for (const { path } of Object.values(trackerApi)) expect(documentation.paths).toHaveProperty([path]);
});

test('connections that come to nothing leave nothing open', async () => {
  const trackers = await field.cluster(1);
  await trackers.start(1);
  const port = trackers.ports[0] ?? 0;
  const before = await openHandles();
  for (let times = 0; times < 5; times += 1) {
    const garbage = connectTcp(port, '127.0.0.1', () => garbage.write('GET / HTTP/1.1\r\n\r\n'));
    const old = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
    const broken = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      broken.write('BREW /coffee HTCPCP/1.0\r\n\r\n'),
    );
    await Promise.all([garbage, old, broken].map(ended));
  }
  await expect.poll(openHandles).toBeLessThanOrEqual(before);
});

const openHandles = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

async function ended(socket: Socket): Promise<void> {
  socket.resume().on('error', () => undefined);
  await new Promise((resolve) => socket.on('close', resolve));
}

test('a port in use is named, and nothing stays open', async () => {
  const trackers = await field.cluster(1);
  const port = trackers.ports[0] ?? 0;
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  try {
    await expect(trackers.start(1)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`port ${port} (127.0.0.1:${port}) is in use`),
    });
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
  await trackers.start(1);
});

test('the same tracker cannot run twice on one data folder', async () => {
  const trackers = await field.cluster(1);
  await trackers.start(1);
  await expect(trackers.start(1)).rejects.toMatchObject({
    code: 'IO_ERROR',
    message: expect.stringContaining('in use by another tracker'),
  });
});

test.each([
  {
    why: 'no such line',
    line: 3,
    text: undefined,
    code: 'INVALID_ARGUMENTS',
    says: /has no tracker 3: it names 2/,
  },
  { why: 'an empty list', line: 1, text: '', code: 'INVALID_ARGUMENTS', says: /names no tracker/ },
  {
    why: 'a malformed list',
    line: 1,
    text: 'here',
    code: 'INVALID_ARGUMENTS',
    says: /line 1: "here" is not ip:port/,
  },
])('refuses to start with $why', async ({ line, text, code, says }) => {
  const trackers = await field.cluster(2);
  if (text !== undefined) writeFileSync(trackers.file, text);
  await expect(trackers.start(line)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
});

test('refuses to start without its list, or as part of a cluster that the list does not name', async () => {
  const trackers = await field.cluster(1);
  const options = { line: 1, log: silentLogger, clock: systemClock };
  await expect(
    openTracker({ ...options, trackersFile: join(trackers.folder, 'none.txt') }),
  ).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  const { cluster } = await (await trackers.start(1)).status();
  await trackers.stop(1);
  const address = `127.0.0.1:${trackers.ports[0]}`;
  writeFileSync(trackers.file, `${address}\ncluster ${'0'.repeat(64)}\n`);
  await expect(trackers.start(1)).rejects.toMatchObject({
    code: 'DIFFERENT_CLUSTER',
    message: expect.stringMatching(/copy cluster\.key/),
  });
  writeFileSync(trackers.file, `${address}\ncluster ${cluster}\n`);
  await trackers.start(1);
});

test('two that start together in one folder become one cluster', async () => {
  const trackers = await TestCluster.of(2);
  try {
    const both = await Promise.all([trackers.start(1), trackers.start(2)]);
    const [first, second] = await Promise.all(both.map((tracker) => tracker.status()));
    expect(first?.cluster).toBe(second?.cluster);
  } finally {
    await trackers.close();
  }
});
