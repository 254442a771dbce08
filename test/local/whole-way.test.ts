import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import type { NodeHost } from '../../src/local/index.ts';
import { type LocalNode, type NodeEvent, openNode } from '../../src/node/index.ts';
import type { FakeHost } from '../support/fake-host.ts';
import { type Answer, type Known, LocalStage } from '../support/local-stage.ts';
import { TestCluster } from '../support/test-cluster.ts';

const MIB = 2 ** 20;
const film = randomBytes(12 * MIB + 77);

interface Person {
  readonly node: LocalNode;
  readonly stage: LocalStage;
  readonly known: Known;
}

let cluster: TestCluster;
let folder: string;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  cluster = await TestCluster.of(1);
  await cluster.start(1);
  folder = await mkdtemp(join(tmpdir(), 'mbt-way-'));
  // So slow that it is under way for as long as anything here takes.
  ada = await person('ada', { upBytesPerSecond: MIB / 2 });
  bob = await person('bob', {});
});
afterAll(async () => {
  for (const { stage, node } of [ada, bob]) {
    await stage.close();
    await node.close();
  }
  await cluster.close();
  await rm(folder, { recursive: true });
});

/** A node of its own behind a local API, with a browser that knows it. */
async function person(name: string, more: { upBytesPerSecond?: number }): Promise<Person> {
  const node = await openNode({
    listenHost: '127.0.0.1',
    listenPort: 0,
    trackersFile: cluster.file,
    dataDir: join(folder, name),
    refuseWeakPasswords: false,
    log: silentLogger,
    clock: systemClock,
    ...more,
  });
  const stage = await LocalStage.open(hostOf(node, name) as FakeHost);
  return { node, stage, known: await stage.known() };
}

function hostOf(node: LocalNode, user: string): NodeHost {
  const about = { version: '0', pid: 1, boot: '1', startedAtMs: 0, dataDir: '', text: '' };
  return {
    state: { ...about, state: 'logged-in', user },
    node: () => node,
    setUp: async () => undefined,
    stop: () => undefined,
    onEvent: (listener) => node.onEvent(listener),
    onChange: (listener) => node.onChange(listener),
  };
}

const post = ({ stage, known }: Person, path: string, body: object): Promise<Answer> =>
  stage.ask(path, { method: 'POST', headers: { ...known, ...stage.own }, body: JSON.stringify(body) });

async function ok(who: Person, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await post(who, path, body);
  expect({ path, ...answer }).toMatchObject({ status: 200 });
  return JSON.parse(answer.text.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

test('from a drop on one page to bytes in a browser on another, while it loads', async () => {
  for (const [who, user] of [
    [ada, 'ada'],
    [bob, 'bob'],
  ] as const) {
    await ok(who, '/v1/account/create', { user, password: `${user} ${user}` });
    await ok(who, '/v1/account/login', { user, password: `${user} ${user}` });
  }
  await ok(ada, '/v1/groups/create', { group: 'friends' });
  const { id, path } = await ok(ada, '/v1/drops/begin', {
    group: 'friends',
    name: 'film.mp4',
    size: film.length,
    folder: false,
  });
  const put = await ada.stage.ask(`/v1/drops/file?id=${String(id)}`, {
    method: 'PUT',
    headers: { ...ada.known, ...ada.stage.own },
    body: film,
  });
  expect(put.status).toBe(200);
  expect(await ok(ada, '/v1/drops/finish', { id })).toMatchObject({
    result: { file: 'film.mp4', size: film.length },
  });
  expect((await readFile(String(path))).equals(film)).toBe(true);

  const remote = await bob.stage.remote();
  const complete = new Promise<NodeEvent>((resolve) => {
    remote.onEvent((event) => event.type === 'complete' && resolve(event));
  });
  await ok(bob, '/v1/groups/join', { group: 'friends' });
  await ok(ada, '/v1/requests/accept', { group: 'friends', user: 'bob' });
  await expect.poll(() => remote.listGroups()).toMatchObject([{ group: 'friends', you: 'member' }]);
  const destination = join(bob.stage.downloads, 'films', 'film.mp4');
  expect(
    (await post(bob, '/v1/downloads/start', { group: 'friends', file: 'film.mp4', destination })).status,
  ).toBe(404);
  await ok(bob, '/v1/downloads/start', {
    group: 'friends',
    file: 'film.mp4',
    destination: bob.stage.downloads,
  });

  const ends = film.length - 50_000;
  await expect
    .poll(async () => (await remote.listContentFiles('friends', 'film.mp4').catch(() => [])).length)
    .toBe(1);
  const { url } = await remote.openLink('friends', 'film.mp4');
  const last = await bob.stage.ask(url, { headers: { range: `bytes=${ends}-` } });
  expect(last.status).toBe(206);
  expect(last.bytes.equals(film.subarray(ends))).toBe(true);
  const [row] = await remote.showDownloads();
  expect(row).toMatchObject({ state: 'D' });
  await ada.node.setLimit('up', 100 * MIB, undefined, undefined);
  const whole = await bob.stage.ask(url);
  expect(whole.bytes.equals(film)).toBe(true);
  expect(await complete).toMatchObject({ group: 'friends', file: 'film.mp4' });
  expect((await readFile(join(bob.stage.downloads, 'film.mp4'))).equals(film)).toBe(true);
});

test('two pages of one node at once do one thing once', async () => {
  const again = { ...ada, known: await ada.stage.known() };
  const made = await Promise.all(
    [ada, again].map((who) => post(who, '/v1/groups/create', { group: 'twice' })),
  );
  expect(made.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const lists = await Promise.all(
    [ada, again].map((who) => who.stage.ask('/v1/groups', { headers: who.known })),
  );
  expect(lists[0]?.text).toBe(lists[1]?.text);
});
