import { lstat, mkdir, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { CommandError, diskError, equalBytes, systemCode, utf8 } from '../../base/index.ts';

/** A file to be written for another program. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** For its owner's eyes alone (0600). */
  readonly secret?: true;
}

/** Names of the files that are there now. */
export interface ExportDone {
  readonly written: readonly string[];
  /** Stood there before, byte for byte the same. */
  readonly kept: readonly string[];
}

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const READABLE_FILE = 0o644;

/**
 * Writes all files into `folder`, which is made if it is not there, or none of them: nothing is overwritten, and what
 * was written is taken back if one fails. Rejects with FILE_NOT_FOUND, DESTINATION_EXISTS, PERMISSION_DENIED, NO_SPACE,
 * IO_ERROR.
 */
export async function writeExport(folder: string, files: readonly ExportedFile[]): Promise<ExportDone> {
  const isNew = await makeFolder(folder);
  const written: string[] = [];
  const kept: string[] = [];
  try {
    for (const file of files) if (await stands(folder, file)) kept.push(file.name);
    for (const file of files) {
      if (kept.includes(file.name)) continue;
      await writeNew(join(folder, file.name), file, () => written.push(file.name));
    }
    return { written, kept };
  } catch (error) {
    for (const name of written) await rm(join(folder, name), { force: true });
    if (isNew) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** True if it was not there. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: PRIVATE_FOLDER });
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      const parent = dirname(folder);
      throw new CommandError('FILE_NOT_FOUND', `${parent}: there is no such folder: create it first`);
    }
    if (systemCode(error) !== 'EEXIST') throw diskError(error, folder);
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return false;
    throw new CommandError('DESTINATION_EXISTS', `${folder} is no folder: name another one`);
  }
}

/** Whether this very file is there already. Something else under its name is DESTINATION_EXISTS. */
async function stands(folder: string, file: ExportedFile): Promise<boolean> {
  const path = join(folder, file.name);
  try {
    const there = await lstat(path);
    const bytes = bytesOf(file);
    if (there.isFile() && there.size === bytes.length && equalBytes(await readFile(path), bytes)) {
      if (file.secret && (there.mode & 0o077) !== 0) throw readableByOthers(path);
      return true;
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw diskError(error, path);
  }
  throw new CommandError(
    'DESTINATION_EXISTS',
    `${path} is there and differs (of another group or content, or an older certificate): move it away or name another folder`,
  );
}

const readableByOthers = (path: string): CommandError =>
  new CommandError(
    'DESTINATION_EXISTS',
    `${path} is there, and others can read the key in it: take their rights away (chmod 600) or remove it`,
  );

async function writeNew(path: string, file: ExportedFile, onCreated: () => void): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'wx', file.secret ? PRIVATE_FILE : READABLE_FILE);
    onCreated();
    await handle.writeFile(file.bytes);
    await handle.sync();
  } catch (error) {
    throw diskError(error, path);
  } finally {
    await handle?.close();
  }
}

const bytesOf = ({ bytes }: ExportedFile): Uint8Array => (typeof bytes === 'string' ? utf8(bytes) : bytes);
