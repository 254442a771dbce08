/**
 * One role of a distribution benchmark, played by real `mbt` processes: `bench/swarm-adapter ROLE IP WORK [DIR FILE]`.
 *
 *     prepare IP WORK DIR FILE   writes the list of trackers into WORK, which all roles share
 *     tracker IP WORK            serves it
 *     seed    IP WORK DIR FILE   owns the group, accepts SWARM_LEECHERS members, shares DIR/FILE
 *     leech   IP WORK DIR FILE   joins, waits for DIR/.go, fetches FILE into DIR, then makes DIR/.done
 *
 * Each but `prepare` runs until it is killed.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '../src/base/index.ts';
import type { GroupRow, RequestRow } from '../src/node/index.ts';
import { Client } from '../scripts/demo/client.ts';
import { MbtProcess } from '../scripts/demo/mbt-process.ts';

const GROUP = 'swarm';
const PASSWORD = 'a-swarm-of-bees-in-may-7';
const TRACKER_PORT = 7070;
const POLL_MS = 100;

interface Role {
  readonly launcher: string;
  readonly ip: string;
  readonly work: string;
  readonly folder: string;
  readonly file: string;
}

const trackersFileOf = ({ work }: Role): string => join(work, 'tracker_info.txt');
const readyMarkOf = ({ work }: Role): string => join(work, 'ready');

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(systemClock, POLL_MS);
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

async function openClient(role: Role, name: string): Promise<Client> {
  const dataFolder = join(role.work, 'clients', name);
  await mkdir(dataFolder, { recursive: true });
  const stage = {
    start: (started: string, args: readonly string[], onLine: (line: string) => void) =>
      startMbt(role, started, args, onLine),
  };
  const client = new Client({
    stage,
    clock: systemClock,
    trackersFile: trackersFileOf(role),
    name,
    dataFolder,
    listenHost: role.ip,
  });
  await client.must('create_user', name, PASSWORD);
  await client.must('login', name, PASSWORD);
  return client;
}

async function prepare(role: Role): Promise<void> {
  await writeFile(trackersFileOf(role), `${role.ip}:${TRACKER_PORT}\n`);
}

async function track(role: Role): Promise<void> {
  const args = ['tracker', trackersFileOf(role), '1', '--data', join(role.work, 'tracker')];
  await startMbt(role, 'tracker', args, (line) => process.stdout.write(`${line}\n`)).end;
}

async function seed(role: Role): Promise<void> {
  const client = await openClient(role, 'seed');
  await client.must('create_group', GROUP);
  await client.must('upload_file', join(role.folder, role.file), GROUP);
  await writeFile(readyMarkOf(role), '');
  let toAccept = Number(process.env['SWARM_LEECHERS'] ?? 1);
  await until(async () => {
    for (const { user } of await client.rows<RequestRow>('list_requests', GROUP)) {
      await client.must('accept_request', GROUP, user);
      toAccept -= 1;
    }
    return toAccept <= 0;
  });
  await client.process.end;
}

async function leech(role: Role): Promise<void> {
  const client = await openClient(role, `leech-${role.ip.replaceAll('.', '-')}`);
  await until(() => existsSync(readyMarkOf(role)));
  await client.must('join_group', GROUP);
  await until(async () => {
    const groups = await client.rows<GroupRow>('list_groups');
    return groups.some(({ group, you }) => group === GROUP && you === 'member');
  });
  await until(() => existsSync(join(role.folder, '.go')));
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
