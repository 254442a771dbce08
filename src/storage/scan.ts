import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, diskError } from '../base/index.ts';
import { arrangeFiles, checkName, FILES_MAX, MetainfoError } from '../metainfo/index.ts';
import { findPath } from './disk-names.ts';
import { stampOf, type FileStamp } from './file-stamp.ts';

/** Written by file managers into every folder, and of no use to anyone else. */
const JUNK = new Set(['.ds_store', 'thumbs.db', 'desktop.ini']);
const NAMES_SHOWN_MAX = 5;

export interface ScannedFile {
  /** As it will be in the content: NFC, below the content's name; for a single file its name alone. */
  readonly path: readonly string[];
  /** Absolute, as the disk spells it. */
  readonly diskPath: string;
  /** Bytes. */
  readonly length: number;
  readonly stamp: FileStamp;
}

/** What is not shared, though it stands in the folder; paths as the disk spells them, below the folder. */
export interface LeftOut {
  readonly junk: readonly string[];
  /** Folders in which nothing to share is left. */
  readonly emptyFolders: readonly string[];
  /** Sockets, pipes and devices. */
  readonly special: readonly string[];
}

/**
 * A file or folder that can be shared: give `files` to the hasher, then with their roots to `buildContent`.
 */
export interface Scan {
  /** Absolute path as the disk spells it. */
  readonly root: string;
  /** NFC. */
  readonly name: string;
  readonly isFolder: boolean;
  /** In the order of the content's files. */
  readonly files: readonly ScannedFile[];
  /** Bytes. */
  readonly size: number;
  readonly leftOut: LeftOut;
}

/**
 * Looks at what a person wants to share, a file or a folder. Rejects with FILE_NOT_FOUND,
 * PERMISSION_DENIED, NOTHING_TO_SHARE, INVALID_NAME (a name that some system cannot hold, or two that are
 * one there), REFUSED (links) or IO_ERROR.
 */
export async function scanFolder(target: string): Promise<Scan> {
  const root = await existing(path.resolve(target));
  const stat = await statAt(root);
  if (stat.isSymbolicLink()) throw linksRefused([root]);
  if (stat.isFile()) return scanOfFile(root, stat);
  if (!stat.isDirectory()) throw new CommandError('REFUSED', `${root}: only files and folders can be shared`);
  const walk = new Walk(root);
  await walk.folder([]);
  if (walk.links.length > 0) throw linksRefused(walk.links);
  if (walk.files.length === 0) {
    throw new CommandError('NOTHING_TO_SHARE', `${root}: there is no file in this folder`);
  }
  const name = path.basename(root).normalize('NFC');
  const files = arranged(name, true, walk.files);
  return { root, name, isFolder: true, files, size: totalOf(files), leftOut: walk.leftOut };
}

async function existing(absolute: string): Promise<string> {
  try {
    const found = await findPath(absolute);
    if (found !== undefined) return found;
  } catch (error) {
    throw diskError(error, absolute);
  }
  throw new CommandError('FILE_NOT_FOUND', `${absolute}: there is no such file or folder: check the path`);
}

function scanOfFile(root: string, stat: Stats): Scan {
  const name = path.basename(root).normalize('NFC');
  const file = { path: [name], diskPath: root, length: stat.size, stamp: stampOf(stat) };
  const leftOut = { junk: [], emptyFolders: [], special: [] };
  return { root, name, isFolder: false, files: arranged(name, false, [file]), size: stat.size, leftOut };
}

class Walk {
  readonly files: ScannedFile[] = [];
  readonly links: string[] = [];
  readonly leftOut = { junk: [] as string[], emptyFolders: [] as string[], special: [] as string[] };
  readonly #root: string;
  #entryCount = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Collects what is below; true if there is a file to share. */
  async folder(names: readonly string[]): Promise<boolean> {
    const entries = await this.#entriesOf(path.join(this.#root, ...names));
    let hasFiles = false;
    for (const entry of entries) {
      if (await this.#entry([...names, entry.name], entry)) hasFiles = true;
    }
    if (!hasFiles && names.length > 0) this.leftOut.emptyFolders.push(path.join(...names));
    return hasFiles;
  }

  async #entriesOf(folder: string): Promise<Dirent[]> {
    try {
      const raw = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
      this.#entryCount += raw.length;
      if (this.#entryCount > FILES_MAX) throw tooMany(this.#root);
      for (const { name } of raw) checkSpelling(folder, name);
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      throw diskError(error, folder);
    }
  }

  async #entry(names: readonly string[], entry: Dirent): Promise<boolean> {
    const below = path.join(...names);
    const diskPath = path.join(this.#root, below);
    if (entry.isSymbolicLink()) return this.#leave(this.links, diskPath);
    if (JUNK.has(entry.name.toLowerCase()) && !entry.isDirectory())
      return this.#leave(this.leftOut.junk, below);
    if (!entry.isDirectory() && !entry.isFile()) return this.#leave(this.leftOut.special, below);
    const fault = checkName(entry.name.normalize('NFC'));
    if (fault !== undefined) throw badName(diskPath, fault);
    if (entry.isDirectory()) return this.folder(names);
    const stat = await statAt(diskPath);
    this.files.push({ path: names, diskPath, length: stat.size, stamp: stampOf(stat) });
    return true;
  }

  #leave(list: string[], name: string): false {
    list.push(name);
    return false;
  }
}

async function statAt(at: string): Promise<Stats> {
  try {
    return await lstat(at);
  } catch (error) {
    throw diskError(error, at);
  }
}

function arranged(name: string, isFolder: boolean, files: readonly ScannedFile[]): ScannedFile[] {
  try {
    return arrangeFiles(name, isFolder, files);
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error;
    throw new CommandError('INVALID_NAME', `${name} cannot be shared: ${error.message}`, { cause: error });
  }
}

function checkSpelling(folder: string, name: Buffer): void {
  if (Buffer.from(name.toString('utf8'), 'utf8').equals(name)) return;
  throw badName(path.join(folder, name.toString('latin1')), 'it is not valid UTF-8');
}

const badName = (at: string, fault: string): CommandError =>
  new CommandError(
    'INVALID_NAME',
    `${JSON.stringify(at)} cannot be shared: ${fault}: rename it, then try again`,
  );

const tooMany = (root: string): CommandError =>
  new CommandError('REFUSED', `${root}: more than ${FILES_MAX} files: share parts of it, or an archive`);

function linksRefused(links: readonly string[]): CommandError {
  const shown = links.slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = links.length > NAMES_SHOWN_MAX ? ` and ${links.length - NAMES_SHOWN_MAX} more` : '';
  const text = `links are not shared: put the files themselves in place of ${shown}${more}, then try again`;
  return new CommandError('REFUSED', text);
}

const totalOf = (files: readonly ScannedFile[]): number => files.reduce((sum, { length }) => sum + length, 0);
