import { lstat, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Cancel,
  type Clock,
  CommandError,
  diskError,
  every,
  Gate,
  secretBytes,
  sha256Hex,
  toHex,
} from '../base/index.ts';
import type { LocalResult } from '../api/index.ts';
import { checkDropName, Drop, type DropTerms } from './drop.ts';
import type { Exchange } from './exchange.ts';
import type { Places } from './places.ts';
import { Refusal } from './refusal.ts';

const DROPS_MAX = 20;
/** Files that come at once. */
const WRITERS_MAX = 16;
/** A drop for which nothing comes for so long is removed. */
const ABANDONED_MS = 30 * 60_000;
const SWEEP_MS = 60_000;
/** What must stay free on the disk. */
const RESERVE_BYTES = 64 * 2 ** 20;

/** Where files are kept that were handed over instead of named: `Dropped` in the folder for downloads, each in one of its own. */
export class Drops {
  readonly #places: Places;
  readonly #clock: Clock;
  /** Tells this node's unfinished drops from those of another that uses the same folder. */
  readonly #mark: string;
  readonly #drops = new Map<string, Drop>();
  /** One after the other: each counts those before it, the room they take and their places. */
  readonly #beginning = new Gate(1);
  readonly #sweeping: Cancel;
  #writers = 0;

  private constructor(places: Places, mark: string, clock: Clock) {
    this.#places = places;
    this.#mark = mark;
    this.#clock = clock;
    this.#sweeping = every(clock, SWEEP_MS, () => void this.#sweep());
  }

  /** Removes what an earlier run left unfinished. */
  static async open(places: Places, dataDir: string, clock: Clock): Promise<Drops> {
    const mark = `.incoming-${sha256Hex(dataDir).slice(0, 8)}-`;
    const folder = join(places.downloads, 'Dropped');
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith(mark)) await rm(join(folder, name), { recursive: true, force: true });
    }
    return new Drops(places, mark, clock);
  }

  /** Rejects with INVALID_NAME, and NO_SPACE before anything is sent that would not fit. */
  async begin(terms: DropTerms): Promise<LocalResult<'beginDrop'>> {
    checkDropName(terms.name);
    return this.#beginning.run(() => this.#begin(terms));
  }

  /** The body of a PUT: one file of a drop. */
  async take(exchange: Exchange): Promise<void> {
    const { searchParams } = exchange.url;
    const drop = this.#find(searchParams.get('id') ?? '');
    if (this.#writers >= WRITERS_MAX)
      throw new Refusal(429, 'TOO_MANY_ATTEMPTS', `${WRITERS_MAX} files come already: wait for one to end`);
    this.#writers += 1;
    try {
      await drop.take(searchParams.get('path') ?? '', exchange.request, this.#clock);
    } finally {
      this.#writers -= 1;
    }
  }

  /** Has it shared; while that fails it can be tried again. */
  async finish<T>(id: string, share: (drop: DropTerms, path: string) => Promise<T>): Promise<T> {
    const drop = this.#find(id);
    const result = await drop.finish(this.#clock, (path) => share(drop.terms, path));
    this.#drops.delete(id);
    return result;
  }

  async cancel(id: string): Promise<void> {
    const drop = this.#find(id);
    this.#drops.delete(id);
    await drop.discard();
  }

  async close(): Promise<void> {
    this.#sweeping();
    await Promise.all([...this.#drops.values()].map((drop) => drop.forget().catch(() => undefined)));
  }

  async #begin(terms: DropTerms): Promise<LocalResult<'beginDrop'>> {
    if (this.#drops.size >= DROPS_MAX)
      throw new CommandError('TOO_MANY_ATTEMPTS', `${DROPS_MAX} drops are under way: wait for one to end`);
    await this.#requireSpace(terms);
    const folder = await this.#places.check(join(this.#places.downloads, 'Dropped'), 'write');
    const id = toHex(secretBytes(16));
    const place = await this.#freePlace(folder);
    const drop = await Drop.begin(terms, join(folder, this.#mark + id), place, this.#clock.nowMs());
    this.#drops.set(id, drop);
    return { id, path: drop.path };
  }

  #find(id: string): Drop {
    const drop = this.#drops.get(id);
    if (drop) return drop;
    throw new Refusal(404, 'FILE_NOT_FOUND', 'this drop was given up, or never begun: begin it again');
  }

  async #requireSpace({ name, size }: DropTerms): Promise<void> {
    const { bavail, bsize } = await diskOf(this.#places.downloads);
    const promised = [...this.#drops.values()].reduce((sum, drop) => sum + drop.missingBytes, 0);
    const freeBytes = bavail * bsize - promised - RESERVE_BYTES;
    if (size <= freeBytes) return;
    throw new CommandError(
      'NO_SPACE',
      `${name} has ${inGb(size)} GB, and ${inGb(Math.max(0, freeBytes))} GB are free for it in ${this.#places.downloads}: free some space, or share it by its path instead`,
    );
  }

  /** Named for the time, so that people find it; nothing stands there yet. */
  async #freePlace(folder: string): Promise<string> {
    const name = join(folder, timeName(this.#clock.wallMs()));
    const taken = new Set(
      [...this.#drops.values()].map((drop) => drop.path.slice(0, -drop.terms.name.length - 1)),
    );
    for (let n = 1; ; n += 1) {
      const place = n === 1 ? name : `${name} (${n})`;
      const isFree = !taken.has(place) && (await lstat(place).catch(() => undefined)) === undefined;
      if (isFree) return place;
    }
  }

  async #sweep(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const [id, drop] of this.#drops) {
      if (drop.isBusy || nowMs - drop.usedAtMs < ABANDONED_MS) continue;
      this.#drops.delete(id);
      await drop.forget().catch(() => undefined);
    }
  }
}

/** The folder may have been removed since. */
async function diskOf(folder: string) {
  try {
    await mkdir(folder, { recursive: true });
    return await statfs(folder);
  } catch (error) {
    throw diskError(error, folder);
  }
}

const inGb = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** Local time to the second, in characters that every disk takes. */
function timeName(wallMs: number): string {
  const at = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}
