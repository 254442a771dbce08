/**
 * One role of a distribution benchmark, played by real `mbt` processes: `bench/swarm-adapter ROLE IP WORK [DIR FILE]`.
 *
 *     prepare IP WORK DIR FILE   makes accounts for SWARM_LEECHERS members of a group, at a tracker on loopback
 *     tracker IP WORK            serves what that tracker knew
 *     seed    IP WORK DIR FILE   the group's owner logs in and shares DIR/FILE
 *     leech   IP WORK DIR FILE   a member logs in, waits for DIR/.go, fetches FILE into DIR, then makes DIR/.done
 *
 * Each but `prepare` runs until it is killed.
 */
import { existsSync, watch } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deferred, sleep, systemClock } from '../src/base/index.ts';
import type { GroupRow } from '../src/node/index.ts';
import { Client } from '../scripts/demo/client.ts';
import { MbtProcess } from '../scripts/demo/mbt-process.ts';
import { freePort } from '../scripts/demo/tracker.ts';

const GROUP = 'swarm';
const PASSWORD = 'a-swarm-of-bees-in-may-7';
const TRACKER_PORT = 7070;
const POLL_MS = 100;
const OWNER = 'seed';
/** Accounts made at a time: each costs about two seconds of a core. */
const ACCOUNTS_AT_ONCE = 4;

interface Role {
  readonly launcher: string;
  readonly ip: string;
  readonly work: string;
  readonly folder: string;
  readonly file: string;
}

const trackersFileOf = ({ work }: Role): string => join(work, 'tracker_info.txt');
const accountsOf = ({ work }: Role): string => join(work, 'clients');

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(systemClock, POLL_MS);
}

/** Returns as soon as `name` appears in `folder`. */
async function appears(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const watcher = watch(folder);
  try {
    await new Promise<void>((resolve) => {
      watcher.on('change', () => {
        if (existsSync(path)) resolve();
      });
      if (existsSync(path)) resolve();
    });
  } finally {
    watcher.close();
  }
}

function startMbt(
  role: Role,
  name: string,
  args: readonly string[],
  onLine: (line: string) => void,
): MbtProcess {
  // Who measures ends the adapter's whole process group.
  return new MbtProcess(name, role.launcher, args, onLine, false);
}

function startTracker(role: Role, onLine: (line: string) => void): MbtProcess {
  const args = ['tracker', trackersFileOf(role), '1', '--data', join(role.work, 'tracker')];
  return startMbt(role, 'tracker', args, onLine);
}

async function openClient(role: Role, name: string): Promise<Client> {
  const dataFolder = join(accountsOf(role), name);
  await mkdir(dataFolder, { recursive: true });
  const stage = {
    start: (started: string, args: readonly string[], onLine: (line: string) => void) =>
      startMbt(role, started, args, onLine),
  };
  return new Client({
    stage,
    clock: systemClock,
    trackersFile: trackersFileOf(role),
    name,
    dataFolder,
    listenHost: role.ip,
  });
}

async function makeAccount(role: Role, name: string): Promise<Client> {
  const client = await openClient(role, name);
  await client.must('create_user', name, PASSWORD);
  await client.must('login', name, PASSWORD);
  return client;
}

async function makeMember(role: Role, owner: Client, name: string): Promise<void> {
  const client = await makeAccount(role, name);
  await client.must('join_group', GROUP);
  await owner.must('accept_request', GROUP, name);
  await until(async () => {
    const groups = await client.rows<GroupRow>('list_groups');
    return groups.some(({ group, you }) => group === GROUP && you === 'member');
  });
  await client.quit();
}

/** The first leecher's name that nobody has yet: one is taken by making the folder of that name. */
async function takeRole(role: Role): Promise<string> {
  await mkdir(join(role.work, 'taken'), { recursive: true });
  for (let n = 1; ; n += 1) {
    const name = leecherName(n);
    if (!existsSync(join(accountsOf(role), name))) throw new Error('more leechers than accounts');
    const taken = await mkdir(join(role.work, 'taken', name)).then(
      () => true,
      () => false,
    );
    if (taken) return name;
  }
}

const leecherName = (n: number): string => `leech-${n}`;

/** Keys and accounts are made before the machines that are measured exist, as are those of anybody who has used this before. */
async function prepare(role: Role): Promise<void> {
  const here = { ...role, ip: '127.0.0.1' };
  await writeFile(trackersFileOf(role), `${here.ip}:${await freePort()}\n`);
  const started = deferred<void>();
  const tracker = startTracker(here, (line) => {
    if (line.startsWith('SUCCESS')) started.resolve();
  });
  try {
    await started.promise;
    const owner = await makeAccount(here, OWNER);
    await owner.must('create_group', GROUP);
    const names = Array.from({ length: Number(process.env['SWARM_LEECHERS'] ?? 1) }, (_, n) =>
      leecherName(n + 1),
    );
    while (names.length > 0) {
      await Promise.all(names.splice(0, ACCOUNTS_AT_ONCE).map((name) => makeMember(here, owner, name)));
    }
    await owner.quit();
  } finally {
    await tracker.kill();
  }
  await writeFile(trackersFileOf(role), `${role.ip}:${TRACKER_PORT}\n`);
}

async function track(role: Role): Promise<void> {
  await startTracker(role, (line) => process.stdout.write(`${line}\n`)).end;
}

async function seed(role: Role): Promise<void> {
  const client = await openClient(role, OWNER);
  await client.must('login', OWNER, PASSWORD);
  await client.must('upload_file', join(role.folder, role.file), GROUP);
  await client.process.end;
}

async function leech(role: Role): Promise<void> {
  const name = await takeRole(role);
  const client = await openClient(role, name);
  await client.must('login', name, PASSWORD);
  await appears(role.folder, '.go');
  await client.must('download_file', GROUP, role.file, role.folder);
  await client.must('wait_downloads');
  await writeFile(join(role.folder, '.done'), '');
  await client.process.end;
}

const ROLES: Readonly<Record<string, (role: Role) => Promise<void>>> = {
  prepare,
  tracker: track,
  seed,
  leech,
};

/** Plays the role that `args` name; resolves when it has ended, with the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [name = '', ip = '', work = '', folder = '', file = ''] = args;
  const play = ROLES[name];
  if (!play || ip === '' || work === '') {
    process.stderr.write('bench/swarm-adapter prepare|tracker|seed|leech IP WORK [DIR FILE]\n');
    return 2;
  }
  await play({ launcher: join(root, 'bin', 'mbt'), ip, work, folder, file });
  return 0;
}
