import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { openNode, type EventHookOptions, type LocalNode, type NodeEvent } from '../../src/node/index.ts';
import { eventually, passwordOf } from '../support/session-stage.ts';
import { TestCluster } from '../support/test-cluster.ts';

const TERMS = { patterns: [], sizeMax: null, reserveBytes: 0 };
let cluster: TestCluster;
let folder: string;
let nodes: LocalNode[];

beforeEach(async () => {
  cluster = await TestCluster.of(1);
  await cluster.start(1);
  folder = await realpath(await mkdtemp(join(tmpdir(), 'in-step-')));
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await cluster.close();
  await rm(folder, { recursive: true });
});

interface Person {
  readonly node: LocalNode;
  readonly name: string;
  /** The folder that is to stay in step. */
  readonly files: string;
  readonly events: NodeEvent[];
}

async function person(name: string, hooks?: EventHookOptions): Promise<Person> {
  const files = join(folder, name);
  await mkdir(files);
  const node = await openNode({
    listenHost: '127.0.0.1',
    listenPort: 0,
    trackersFile: cluster.file,
    dataDir: join(folder, `${name}-data`),
    refuseWeakPasswords: false,
    ...(hooks && { hooks }),
    clock: systemClock,
    log: silentLogger,
  });
  nodes.push(node);
  const events: NodeEvent[] = [];
  node.onEvent((event) => events.push(event));
  await node.createUser(name, passwordOf(name));
  await node.login(name, passwordOf(name));
  return { node, name, files, events };
}

async function groupOf(owner: Person, member: Person): Promise<void> {
  await owner.node.createGroup('lab');
  await member.node.joinGroup('lab');
  // Who is let in at once was never heard to ask.
  await soon(() => expect(owner.events.map((event) => 'about' in event && event.about)).toContain('request'));
  await owner.node.acceptRequest('lab', member.name);
  await soon(async () => expect(await member.node.listFiles('lab')).toEqual([]));
}

/** Who shares each file, as a list shows it. */
async function sharers({ node }: Person): Promise<Record<string, readonly string[]>> {
  return Object.fromEntries((await node.listFiles('lab')).map((row) => [row.file, row.sharers]));
}

/** What follows from looks some seconds apart, on a busy machine. */
const soon = <T>(look: () => Promise<T> | T): Promise<T> => eventually(look).catch(() => eventually(look));

const warnings = ({ events }: Person): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

test('two folders stay in step, and nothing goes around twice', async () => {
  const [alice, bob] = [await person('alice'), await person('bob')];
  await groupOf(alice, bob);
  await alice.node.watchFolder(alice.files, 'lab');
  for (const each of [alice, bob]) await each.node.followGroup('lab', each.files, TERMS);
  await bob.node.watchFolder(bob.files, 'lab');
  await mkdir(join(alice.files, 'tour'));
  await writeFile(join(alice.files, 'tour', '1.jpg'), 'a picture');
  await writeFile(join(alice.files, 'a.txt'), 'from alice');
  await writeFile(join(bob.files, 'b.txt'), 'from bob');
  await soon(async () => {
    expect(await readFile(join(bob.files, 'tour', '1.jpg'), 'utf8')).toBe('a picture');
    expect(await readFile(join(bob.files, 'a.txt'), 'utf8')).toBe('from alice');
    expect(await readFile(join(alice.files, 'b.txt'), 'utf8')).toBe('from bob');
  });
  const both = ['alice', 'bob'];
  await soon(async () => expect(await sharers(alice)).toEqual({ 'a.txt': both, 'b.txt': both, tour: both }));

  // A new version takes the place of the old one, which is kept beside it, and offered by nobody.
  await writeFile(join(alice.files, 'a.txt'), 'from alice, better');
  await rm(join(alice.files, 'tour'), { recursive: true });
  await mkdir(join(alice.files, 'tour'));
  await writeFile(join(alice.files, 'tour', '2.jpg'), 'another picture');
  await soon(async () => {
    expect(await readFile(join(bob.files, 'a.txt'), 'utf8')).toBe('from alice, better');
    expect(await readdir(join(bob.files, 'tour'))).toEqual(['2.jpg']);
    expect(await sharers(alice)).toEqual({ 'a.txt': both, 'b.txt': both, tour: both });
    expect((await alice.node.listFiles('lab')).map(({ file }) => file)).toEqual(['a.txt', 'b.txt', 'tour']);
  });
  expect(warnings(bob)).toEqual([]);
  const shelf = join(bob.files, '.mini-bittorrent', 'earlier', 'a.txt');
  const [earlier = ''] = await readdir(shelf);
  expect(await readFile(join(shelf, earlier), 'utf8')).toBe('from alice');

  // What was changed here is not written over, and goes to those who have it from here.
  await writeFile(join(bob.files, 'b.txt'), 'from bob, better');
  await soon(async () => expect(await readFile(join(alice.files, 'b.txt'), 'utf8')).toBe('from bob, better'));
  expect([warnings(alice), warnings(bob)]).toEqual([[], []]);

  // What is removed is withdrawn there, kept elsewhere, and not fetched again.
  await rm(join(alice.files, 'b.txt'));
  await soon(async () => expect((await sharers(bob))['b.txt']).toEqual(['bob']));
  await bob.node.stopShare('lab', 'tour');
  await new Promise<void>((resolve) => systemClock.after(5_000, resolve));
  expect((await sharers(alice))['tour']).toEqual(['alice']);
  expect((await sharers(bob))['b.txt']).toEqual(['bob']);
  await soon(async () =>
    expect(await bob.node.listFolders()).toMatchObject({
      watches: [{ group: 'lab', path: bob.files, shared: 2, waiting: 0, fault: null }],
      follows: [{ group: 'lab', folder: bob.files, fetched: 2, waiting: 0, fault: null }],
    }),
  );
  expect(warnings(alice)).toEqual([]);
}, 120_000);

test('a disk that is away at log-in takes no share with it; who leaves the group tends it no more', async () => {
  const told = join(folder, 'told');
  const alice = await person('alice', { command: `echo "$MBT_EVENT" >> '${told}'`, desktop: false });
  const bob = await person('bob');
  await groupOf(alice, bob);
  await bob.node.watchFolder(bob.files, 'lab');
  await bob.node.followGroup('lab', folder, TERMS);
  await writeFile(join(bob.files, 'b.txt'), 'from bob');
  await soon(async () => expect(await sharers(alice)).toEqual({ 'b.txt': ['bob'] }));
  await bob.node.logout();
  const away = join(folder, 'away');
  await rename(bob.files, away);
  await bob.node.login('bob', passwordOf('bob'));
  await soon(() => expect(warnings(bob)).toEqual([expect.stringMatching(/nothing is withdrawn/)]));
  expect(await sharers(alice)).toEqual({ 'b.txt': ['bob'] });
  expect((await alice.node.listFiles('lab'))[0]?.seeds).toBe(0);
  await rename(away, bob.files);
  await soon(async () => expect((await alice.node.listFiles('lab'))[0]?.seeds).toBe(1));
  await alice.node.downloadFile('lab', 'b.txt', alice.files);
  await alice.node.waitDownloads(10, new AbortController().signal);
  await soon(async () => expect(await readFile(told, 'utf8')).toBe('request\ncomplete\n'));
  await bob.node.leaveGroup('lab');
  expect(await bob.node.listFolders()).toEqual({ watches: [], follows: [] });
  expect(warnings(bob)).toHaveLength(1);
}, 120_000);
