import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/base/index.ts';
import type { MbtProcess } from '../e2e/harness/mbt-process.ts';
import { Workspace } from '../e2e/harness/workspace.ts';
import { until } from '../transfers/kit.ts';
import { bytesByUser, exportBy, portOf, type Exported } from './exported.ts';
import { knock } from './knock.ts';
import { Libtorrent, python, type Settings } from './libtorrent.ts';
import { differences, FOLDER, rootOf, SINGLE, writeFiles, type Plan } from './stage.ts';

const KIB = 1024;
const LARGE: Plan = { 'groß.bin': [24 * 1024 * KIB, 7] };
const SHARED: Plan = { 'mixed.bin': [6 * 1024 * KIB + 5, 8] };

let workspace: Workspace;
/** Owner of both groups; member of `lab` alone. */
let olivia: MbtProcess;
let cleo: MbtProcess;
const open: Libtorrent[] = [];
let folders = 0;

/** Real trackers, real shells; libtorrent has nothing of them but the files that `export_torrent` wrote. */
describe.skipIf(python === undefined)('libtorrent with exported files', () => {
  beforeAll(async () => {
    workspace = await Workspace.open(1);
    [olivia, cleo] = await Promise.all([workspace.member('olivia'), workspace.member('cleo')]);
    await olivia.ok('create_group lab');
    await olivia.ok('create_group band');
    await cleo.ok('join_group lab');
    await olivia.ok('accept_request lab cleo');
    await mkdir(workspace.path('cleo'));
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((peer) => peer.close()));
    await olivia.ok('limit up none');
  });

  afterAll(() => workspace.close());

  async function emptyFolder(): Promise<string> {
    folders += 1;
    const folder = workspace.path(`folder-${folders}`);
    await mkdir(folder);
    return folder;
  }

  /** Olivia shares it. */
  async function share(plan: Plan, group = 'lab'): Promise<void> {
    await writeFiles(workspace.path('olivia'), plan);
    await olivia.ok(`upload_file "${workspace.path('olivia', rootOf(plan))}" ${group}`);
  }

  async function download(shell: MbtProcess, plan: Plan): Promise<string> {
    const into = await emptyFolder();
    await shell.ok(`download_file lab "${rootOf(plan)}" ${into}`);
    return into;
  }

  async function libtorrent(settings: Settings = {}): Promise<Libtorrent> {
    const peer = await Libtorrent.open(settings);
    open.push(peer);
    return peer;
  }

  test.each([
    { what: 'a file', plan: SINGLE },
    { what: 'a folder', plan: FOLDER },
  ])('$what goes from us to it, and from it alone to us', async ({ plan }) => {
    const name = rootOf(plan);
    await share(plan);
    const files = await exportBy(olivia, 'lab', name, workspace.path(`olivia-${name}`));
    const peer = await libtorrent();
    const theirs = await emptyFolder();
    await peer.add(files.torrent, theirs, files.member, false);
    await peer.dial(files.torrent, await portOf(olivia));
    await peer.hears('finished');
    expect(await differences(theirs, plan)).toEqual([]);
    // Cleo learns from Olivia what it consists of, and next to nothing else before Olivia stops sharing.
    await olivia.ok('limit up 10k');
    const ours = await download(cleo, plan);
    await until(
      async () => (await cleo.run(`export_torrent lab "${name}" ${workspace.path('cleo-out')}`)).ok,
    );
    await olivia.ok(`stop_share lab "${name}"`);
    await peer.dial(files.torrent, await portOf(cleo));
    await cleo.sees(new RegExp(`^COMPLETE: \\[lab\\] ${name} `));
    expect(await differences(ours, plan)).toEqual([]);
    expect((await peer.status(files.torrent)).sent).toBeGreaterThan(100 * KIB);
  });

  test('two of ours and two of theirs exchange a file', async () => {
    const name = rootOf(SHARED);
    await share(SHARED);
    const files = await exportBy(olivia, 'lab', name, workspace.path('olivia-mixed'));
    await olivia.ok('limit up 2M');
    const theirs = await Promise.all([libtorrent(), libtorrent()]);
    const places = await Promise.all(theirs.map(() => emptyFolder()));
    await Promise.all(
      theirs.map((peer, at) => peer.add(files.torrent, places[at] ?? '', files.member, false)),
    );
    const ports = [await portOf(olivia), await portOf(cleo)];
    const ours = await download(cleo, SHARED);
    for (const peer of theirs) for (const port of ports) await peer.dial(files.torrent, port);
    await theirs[0]?.dial(files.torrent, theirs[1]?.port ?? 0);
    await Promise.all(theirs.map((peer) => peer.hears('finished')));
    await cleo.sees(new RegExp(`^COMPLETE: \\[lab\\] ${name} `));
    for (const place of [...places, ours]) expect(await differences(place, SHARED)).toEqual([]);
    const size = SHARED[name]?.[0] ?? 0;
    const given = (await bytesByUser(olivia, 'lab', name)).values();
    expect([...given].reduce((sum, { to }) => sum + to, 0)).toBeLessThan(2.5 * size);
    for (const peer of theirs) expect((await peer.status(files.torrent)).sent).toBeGreaterThan(0);
  });

  test('its own settings: it tries uTP first, and reaches us by TCP some seconds later', async () => {
    await share(SINGLE);
    const files = await exportBy(olivia, 'lab', rootOf(SINGLE), workspace.path('olivia-utp'));
    const peer = await libtorrent({ enable_outgoing_utp: null, enable_incoming_utp: null });
    const theirs = await emptyFolder();
    await peer.add(files.torrent, theirs, files.member, false);
    const beganMs = systemClock.nowMs();
    await peer.dial(files.torrent, await portOf(olivia));
    await peer.hears('finished');
    const tookMs = systemClock.nowMs() - beganMs;
    process.stdout.write(`exported: with uTP tried first it took ${(tookMs / 1000).toFixed(1)} s\n`);
    expect(tookMs).toBeLessThan(15_000);
    expect(await differences(theirs, SINGLE)).toEqual([]);
  });

  test.each([
    { setting: false, reached: 1 },
    { setting: true, reached: 2 },
  ])('two of us on one address: allow_multiple_connections_per_ip $setting reaches $reached', async (row) => {
    const plan: Plan = { [`pair ${row.reached}.bin`]: [3 * 1024 * KIB, 20 + row.reached] };
    const name = rootOf(plan);
    await share(plan);
    await download(cleo, plan);
    await cleo.sees(new RegExp(`^COMPLETE: \\[lab\\] ${name} `));
    const files = await exportBy(cleo, 'lab', name, workspace.path('cleo-pair'));
    const peer = await libtorrent({
      allow_multiple_connections_per_ip: row.setting,
      // Long enough for both to be connected at a time.
      download_rate_limit: 512 * KIB,
    });
    await peer.add(files.torrent, await emptyFolder(), files.member, false);
    await peer.dial(files.torrent, await portOf(olivia));
    await peer.dial(files.torrent, await portOf(cleo));
    const reached = async (): Promise<number> => (await peer.connections(files.torrent)).length;
    await until(async () => (await reached()) === row.reached, reached);
    await peer.hears('finished');
    expect(await reached()).toBeLessThanOrEqual(row.reached);
  });

  test('asks for hundreds of blocks ahead, and gets them all', async () => {
    await share(LARGE);
    const files = await exportBy(olivia, 'lab', rootOf(LARGE), workspace.path('olivia-large'));
    await olivia.ok('limit up 12M');
    const peer = await libtorrent();
    const theirs = await emptyFolder();
    await peer.add(files.torrent, theirs, files.member, false);
    await peer.dial(files.torrent, await portOf(olivia));
    let deepest = 0;
    await until(async () => {
      const [connection] = await peer.connections(files.torrent);
      deepest = Math.max(deepest, connection?.requests ?? 0);
      if (connection) expect(connection.id).toMatch(/^-MB\d{4}-.{12}$/s);
      return (await peer.status(files.torrent)).done >= 24 * 1024 * KIB;
    });
    process.stdout.write(`exported: ${deepest} requests of 16 KiB at a time\n`);
    expect(deepest).toBeGreaterThan(100);
    expect(await differences(theirs, LARGE)).toEqual([]);
  });

  test('the lines of Python in docs/interop.md fetch a file', async () => {
    const plan: Plan = { 'concert.wav': [700 * KIB, 30] };
    await share(plan, 'band');
    const folder = workspace.path('olivia-docs');
    await exportBy(olivia, 'band', 'concert.wav', folder);
    const page = await readFile(new URL('../../docs/interop.md', import.meta.url), 'utf8');
    const lines = (/^```python\n(.*?)^```/ms.exec(page)?.[1] ?? '')
      .replace('0.0.0.0:6881,0.0.0.0:6882s', '127.0.0.1:0,127.0.0.1:0s')
      .replace("'192.168.1.20', 40123", `'127.0.0.1', ${await portOf(olivia)}`);
    expect(lines).toContain('set_ssl_certificate');
    const ran = spawn(python ?? '', ['-c', lines], { cwd: folder, stdio: 'inherit', timeout: 60_000 });
    expect(await once(ran, 'close')).toEqual([0, null]);
    expect(await differences(folder, plan)).toEqual([]);
  });

  describe('of another group', () => {
    let lab: Exported;
    let band: Exported;

    beforeAll(async () => {
      await share(SINGLE, 'band');
      await writeFiles(workspace.path('other'), { 'lab.bin': [300 * KIB, 9] });
      await olivia.ok(`upload_file ${join(workspace.path('other'), 'lab.bin')} lab`);
      const into = await emptyFolder();
      await cleo.ok(`download_file lab lab.bin ${into}`);
      await cleo.sees(/^COMPLETE: \[lab\] lab\.bin /);
      lab = await exportBy(cleo, 'lab', 'lab.bin', workspace.path('cleo-lab'));
      band = await exportBy(olivia, 'band', rootOf(SINGLE), workspace.path('olivia-band'));
    });

    const visit = async (of: Exported, shows: Exported | undefined, session?: Buffer) =>
      knock({ port: await portOf(olivia), infoHash: of.infoHash, shows, session });

    test('a member is refused by us: libtorrent after it was served in its own', async () => {
      const peer = await libtorrent();
      const port = await portOf(olivia);
      await peer.add(lab.torrent, await emptyFolder(), lab.member, false);
      await peer.dial(lab.torrent, port);
      await peer.hears('finished');
      await peer.add(band.torrent, await emptyFolder(), lab.member, false);
      await peer.dial(band.torrent, port);
      await peer.hears('peer lost', ({ text }) => text?.includes(rootOf(SINGLE)) === true);
      expect(await peer.status(band.torrent)).toMatchObject({ received: 0, done: 0 });
    });

    test('a member is refused by us: TLS with a session of its own group', async () => {
      const first = await visit(lab, lab);
      expect(first.isLetIn).toBe(true);
      for (const session of [undefined, ...first.sessions]) {
        for (const shows of [lab, undefined]) {
          expect(await visit(band, shows, session)).toMatchObject({ isLetIn: false, isResumed: false });
        }
      }
      expect((await visit(band, band)).isLetIn).toBe(true);
    });

    test('a member gets into a libtorrent that has both groups, by a session of its own: so one group for each', async () => {
      const peer = await libtorrent();
      const empty = await emptyFolder();
      await peer.add(lab.torrent, empty, lab.member, false);
      await peer.add(band.torrent, empty, band.member, false);
      const at = (of: Exported, shows: Exported | undefined, session?: Buffer) =>
        knock({ port: peer.port, infoHash: of.infoHash, shows, session });
      expect((await at(band, lab)).isLetIn).toBe(false);
      expect((await at(band, undefined)).isLetIn).toBe(false);
      const first = await at(lab, lab);
      expect(first.isLetIn).toBe(true);
      const again = await at(band, undefined, first.sessions[0]);
      const version = await peer.version();
      process.stdout.write(`exported: libtorrent ${version} resumes across groups: ${again.isLetIn}\n`);
      // What docs/interop.md warns of was measured with 2.0.8; whether a later one still does it is only told.
      if (version.startsWith('2.0.8')) expect(again.isLetIn).toBe(again.isResumed);
    });
  });
});
