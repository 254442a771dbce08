import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CommandError, diskError, Gate, systemCode } from '../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../node/index.ts';
import type { Places as PlacesRow } from './node-host.ts';

const FOLDERS_MAX = 100;

/** `share`: all that is below it is read, too. `write`: it need not exist yet. */
export type PathUse = 'read' | 'share' | 'write';

/**
 * Which folders the page may use. A path is judged when it is used, by where it really leads: links out of an allowed
 * folder don't count as in it. The node's own data folder is never among them, whatever was allowed.
 */
export class Places {
  readonly #file: string;
  readonly #dataDir: string;
  /** Named when the node was started; the first is that for downloads. */
  readonly #given: readonly string[];
  readonly #writing = new Gate(1);
  #allowed: readonly string[];

  private constructor(dataDir: string, given: readonly string[], allowed: readonly string[]) {
    this.#file = join(dataDir, 'places.json');
    this.#dataDir = dataDir;
    this.#given = given;
    this.#allowed = allowed;
  }

  static async open(dataDir: string, downloads: string, folders: readonly string[]): Promise<Places> {
    const kept = parseFolders(await readPrivateFile(join(dataDir, 'places.json')));
    const given = [...new Set([downloads, ...folders].map((folder) => resolve(folder)))];
    await mkdir(given[0] as string, { recursive: true }).catch((error: unknown) => {
      throw diskError(error, downloads);
    });
    return new Places(await realpath(dataDir), given, kept);
  }

  get downloads(): string {
    return this.#given[0] as string;
  }

  get all(): PlacesRow {
    return { folders: [...new Set([...this.#given, ...this.#allowed])], downloads: this.downloads };
  }

  /** Rejects where it is no folder, or the data folder (or inside it). */
  async allow(path: string): Promise<PlacesRow> {
    const real = await this.#folderAt(path);
    if (isWithin(real, this.#dataDir)) throw this.#ownFolder(path);
    const folders = [...new Set([...this.#allowed, real])];
    if (folders.length > FOLDERS_MAX)
      throw new CommandError('CONFLICT', `${FOLDERS_MAX} folders are allowed already: take one away first`);
    await this.#keep(folders);
    return this.all;
  }

  /** Rejects with FILE_NOT_FOUND for what was not allowed by `allow`, and CONFLICT for what the node was started with. */
  async disallow(path: string): Promise<PlacesRow> {
    const wanted = [resolve(path), await realpath(path).catch(() => resolve(path))];
    if (this.#given.some((folder) => wanted.includes(folder)))
      throw new CommandError('CONFLICT', `${path} was named when the node was started: start it without`);
    const folders = this.#allowed.filter((folder) => !wanted.includes(folder));
    if (folders.length === this.#allowed.length)
      throw new CommandError('FILE_NOT_FOUND', `${path} is not among the folders that the page may use`);
    await this.#keep(folders);
    return this.all;
  }

  /** Where `path` really is. NOT_ALLOWED where the page may not use it so. */
  async check(path: string, use: PathUse): Promise<string> {
    const real = await realPathOf(requireAbsolute(path), use === 'write');
    if (isWithin(real, this.#dataDir) || (use === 'share' && isWithin(this.#dataDir, real)))
      throw this.#ownFolder(path);
    for (const folder of this.all.folders) {
      const root = await realpath(folder).catch(() => undefined);
      if (root !== undefined && isWithin(real, root)) return real;
    }
    throw new CommandError(
      'NOT_ALLOWED',
      `${path} is not in a folder that the page may use: allow one with \`mbt allow_folder <path>\``,
    );
  }

  /** Whether something is the node's own and not to be shown. */
  isOwn(real: string): boolean {
    return isWithin(real, this.#dataDir);
  }

  async #folderAt(path: string): Promise<string> {
    try {
      if ((await stat(requireAbsolute(path))).isDirectory()) return await realpath(path);
    } catch (error) {
      throw diskError(error, path);
    }
    throw new CommandError('INVALID_ARGUMENTS', `${path} is no folder: name the one that it is in`);
  }

  #ownFolder(path: string): CommandError {
    return new CommandError('NOT_ALLOWED', `${path} holds the node's own data, which the page never sees`);
  }

  async #keep(folders: readonly string[]): Promise<void> {
    this.#allowed = folders;
    await this.#writing.run(() => writePrivateFile(this.#file, `${JSON.stringify({ folders })}\n`));
  }
}

/** A path says the same to every process. */
export function requireAbsolute(path: string): string {
  if (isAbsolute(path)) return path;
  throw new CommandError('INVALID_ARGUMENTS', 'path: must be absolute');
}

/** Whether `path` is `folder` or below it; both are real. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Of what does not exist yet: where it would be, by the nearest folder above it that does. */
async function realPathOf(path: string, mayBeNew: boolean): Promise<string> {
  const wanted = resolve(path);
  let missing = '';
  for (let at = wanted; ; at = dirname(at)) {
    try {
      return join(await realpath(at), missing);
    } catch (error) {
      const isNew = systemCode(error) === 'ENOENT' && mayBeNew && dirname(at) !== at;
      // A link that leads nowhere is no new name: what is written there would be made elsewhere.
      if (!isNew || (await isLink(at))) throw diskError(error, path);
      missing = join(relative(dirname(at), at), missing);
    }
  }
}

const isLink = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false;

function parseFolders(bytes: Uint8Array | undefined): string[] {
  if (bytes === undefined) return [];
  try {
    const { folders } = JSON.parse(new TextDecoder().decode(bytes)) as { folders: unknown };
    const paths = Array.isArray(folders) ? folders.filter((path) => typeof path === 'string') : [];
    return paths.filter((path) => isAbsolute(path)).slice(0, FOLDERS_MAX);
  } catch {
    return [];
  }
}
