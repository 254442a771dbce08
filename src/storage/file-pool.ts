import { deferred, type Deferred } from '../base/index.ts';
import { closeFd } from './disk-io.ts';

const OPEN_MAX = 64;

interface OpenFile {
  /** Rejects if it could not be opened. */
  readonly fd: Promise<number>;
  users: number;
}

/**
 * Keeps files open between uses, at most `max` in the whole process: who needs one more waits until one is
 * idle. The one that was idle longest is closed first.
 */
export class FilePool {
  readonly #max: number;
  /** In the order of use, the latest last. */
  readonly #files = new Map<string, OpenFile>();
  readonly #waiting: Deferred<void>[] = [];
  #closing = 0;
  #owners = 0;

  constructor(max: number = OPEN_MAX) {
    this.#max = max;
  }

  /** A number for the keys of one owner, so that files of two are never taken for one. */
  newOwner(): number {
    this.#owners += 1;
    return this.#owners;
  }

  /** Runs `task` with the file `key`, opened by `open` unless it is open already. */
  async use<T>(key: string, open: () => Promise<number>, task: (fd: number) => Promise<T>): Promise<T> {
    const file = await this.#take(key, open);
    try {
      return await task(await file.fd);
    } finally {
      file.users -= 1;
      this.#waiting.shift()?.resolve();
    }
  }

  /** Closes those of the files whose key `belongs`; none of them may be in use. */
  async closeAll(belongs: (key: string) => boolean): Promise<void> {
    const keys = [...this.#files.keys()].filter(belongs);
    await Promise.all(keys.map((key) => this.#close(key)));
  }

  async #take(key: string, open: () => Promise<number>): Promise<OpenFile> {
    for (;;) {
      const there = this.#files.get(key);
      if (there) return this.#touch(key, there);
      if (this.#files.size + this.#closing < this.#max) return this.#open(key, open);
      const idle = this.#idle();
      if (idle === undefined) await this.#nextRelease();
      else await this.#close(idle);
    }
  }

  #touch(key: string, file: OpenFile): OpenFile {
    this.#files.delete(key);
    this.#files.set(key, file);
    file.users += 1;
    return file;
  }

  #open(key: string, open: () => Promise<number>): OpenFile {
    const file: OpenFile = { fd: open(), users: 1 };
    this.#files.set(key, file);
    file.fd.catch(() => {
      if (this.#files.get(key) === file) this.#files.delete(key);
    });
    return file;
  }

  #idle(): string | undefined {
    for (const [key, { users }] of this.#files) if (users === 0) return key;
    return undefined;
  }

  #nextRelease(): Promise<void> {
    const turn = deferred<void>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  async #close(key: string): Promise<void> {
    const file = this.#files.get(key);
    if (!file) return;
    this.#files.delete(key);
    this.#closing += 1;
    try {
      await closeFd(await file.fd);
    } finally {
      this.#closing -= 1;
      this.#waiting.shift()?.resolve();
    }
  }
}
