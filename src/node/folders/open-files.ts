import { readdir, readFile, readlink } from 'node:fs/promises';
import { systemCode } from '../../base/index.ts';

/** Open files that are looked at: what a machine has more of is not seen. */
const LOOKED_AT_MAX = 50_000;
/** Bits of the flags with which a file was opened (open(2)). */
const ACCESS_BITS = 0o3;

/**
 * Names of the entries of `folder` that a process of this user has open for writing, the entry itself or what is below it. Only
 * Linux tells; elsewhere there are none. `proc` is where the system tells of its processes.
 */
export async function namesOpenForWriting(folder: string, proc = '/proc'): Promise<Set<string>> {
  const names = new Set<string>();
  if (process.platform !== 'linux') return names;
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  let left = LOOKED_AT_MAX;
  for (const pid of await entriesOf(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await entriesOf(`${proc}/${pid}/fd`)) {
      left -= 1;
      if (left < 0) return names;
      const path = await orNothing(readlink(`${proc}/${pid}/fd/${fd}`));
      if (path === undefined || !path.startsWith(prefix)) continue;
      if (!(await isOpenForWriting(`${proc}/${pid}/fdinfo/${fd}`))) continue;
      names.add(path.slice(prefix.length).split('/', 1)[0] ?? '');
    }
  }
  return names;
}

async function isOpenForWriting(fdInfo: string): Promise<boolean> {
  const text = (await orNothing(readFile(fdInfo, 'utf8'))) ?? '';
  const flags = /^flags:\s*([0-7]+)/m.exec(text)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_BITS) !== 0;
}

const entriesOf = async (folder: string): Promise<string[]> => (await orNothing(readdir(folder))) ?? [];

/** Processes end while they are looked at, and those of others are theirs. */
async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
