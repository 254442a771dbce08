import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { type Clock, CommandError, diskError, every, systemCode } from '../base/index.ts';
import { checkName, checkNameOn, FILES_MAX, foldName } from '../metainfo/index.ts';

const DEPTH_MAX = 80;
/** Nothing comes for so long: the sender has gone. */
const SILENT_MS = 60_000;

export interface DropTerms {
  readonly group: string;
  readonly name: string;
  readonly size: number;
  readonly folder: boolean;
}

/** A file or folder that is handed over, file by file, before it is shared. */
export class Drop {
  readonly terms: DropTerms;
  /** A folder that holds what has come, until all has. */
  readonly #incoming: string;
  /** Where that folder is then, under a name for people. */
  readonly #place: string;
  readonly #names = new Set<string>();
  #bytes = 0;
  #working = 0;
  #isMoved = false;
  #fault: CommandError | undefined;
  usedAtMs: number;

  private constructor(terms: DropTerms, incoming: string, place: string, nowMs: number) {
    this.terms = terms;
    this.#incoming = incoming;
    this.#place = place;
    this.usedAtMs = nowMs;
  }

  static async begin(terms: DropTerms, incoming: string, place: string, nowMs: number): Promise<Drop> {
    try {
      await mkdir(terms.folder ? join(incoming, terms.name) : incoming, { recursive: true });
    } catch (error) {
      throw diskError(error, incoming);
    }
    return new Drop(terms, incoming, place, nowMs);
  }

  /** Where it is shared from. */
  get path(): string {
    return join(this.#place, this.terms.name);
  }

  get missingBytes(): number {
    return this.terms.size - this.#bytes;
  }

  get isBusy(): boolean {
    return this.#working > 0;
  }

  /** Takes one file in; nothing of it stays where it does not come whole. */
  async take(path: string, body: IncomingMessage, clock: Clock): Promise<void> {
    const name = this.#claim(path);
    const parts = this.terms.folder ? [this.terms.name, ...path.split('/')] : [this.terms.name];
    await this.#work(clock, async () => {
      try {
        await this.#write(join(this.#incoming, ...parts), body, clock);
        this.#fault = undefined;
      } catch (error) {
        this.#names.delete(name);
        this.#fault = faultOf(error, path, body);
        throw this.#fault;
      }
    });
  }

  /** Has it shared by `share`, once all has come; may be tried again. */
  async finish<T>(clock: Clock, share: (path: string) => Promise<T>): Promise<T> {
    if (this.isBusy) throw new CommandError('NOT_READY', `${this.terms.name} is still being handed over`);
    if (this.missingBytes > 0 || (this.#names.size === 0 && !this.terms.folder))
      throw (
        this.#fault ??
        new CommandError('NOT_READY', `${this.missingBytes} bytes of ${this.terms.name} are missing`)
      );
    return this.#work(clock, async () => {
      await this.#move();
      return share(this.path);
    });
  }

  /** Removes what has come. */
  async discard(): Promise<void> {
    await rm(this.#isMoved ? this.#place : this.#incoming, { recursive: true, force: true });
  }

  /** What is complete but was never shared stays where it is. */
  async forget(): Promise<void> {
    if (!this.#isMoved) await this.discard();
  }

  /** Takes nobody's place: a folder that stands there with something in it is not replaced. */
  async #move(): Promise<void> {
    if (this.#isMoved) return;
    try {
      await rename(this.#incoming, this.#place);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? ''))
        throw diskError(error, this.#place);
      throw new CommandError(
        'DESTINATION_EXISTS',
        `${this.#place} was made by somebody else meanwhile: move it away, then share again`,
        { cause: error },
      );
    }
    this.#isMoved = true;
  }

  async #work<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.usedAtMs = clock.nowMs();
    }
  }

  /** A name is taken once, however it is written. */
  #claim(path: string): string {
    if (this.#isMoved) throw new CommandError('CONFLICT', `${this.terms.name} is complete already`);
    if (!this.terms.folder && path !== this.terms.name && path !== '')
      throw new CommandError('INVALID_ARGUMENTS', 'path: this drop is a single file');
    if (this.terms.folder) checkPath(path);
    const name = foldName(path);
    if (this.#names.has(name))
      throw new CommandError(
        'CONFLICT',
        `${path} was handed over already, or differs from another by case alone`,
      );
    if (this.#names.size >= FILES_MAX)
      throw new CommandError('INVALID_ARGUMENTS', `a folder may have ${FILES_MAX} files at most`);
    this.#names.add(name);
    return name;
  }

  async #write(target: string, body: IncomingMessage, clock: Clock): Promise<void> {
    let written = 0;
    let seen = -1;
    const stopWatching = every(clock, SILENT_MS, () => {
      if (seen === written) body.destroy();
      seen = written;
    });
    try {
      await mkdir(dirname(target), { recursive: true });
      const file = await open(target, 'wx', 0o666);
      try {
        // Left open when it is given up: whoever sends it still gets an answer.
        for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          if (chunk.length > this.missingBytes) throw tooLong(this.terms);
          this.#bytes += chunk.length;
          written += chunk.length;
          await file.writeFile(chunk);
        }
        if (!body.complete) throw new Error('cut off');
      } catch (error) {
        this.#bytes -= written;
        await rm(target, { force: true }).catch(() => undefined);
        throw error;
      } finally {
        await file.close();
      }
    } finally {
      stopWatching();
    }
  }
}

export function checkDropName(name: string): void {
  const wrong = checkName(name) ?? checkNameOn(process.platform, name);
  if (wrong !== undefined) throw new CommandError('INVALID_NAME', `${name} can't be shared: ${wrong}`);
}

function checkPath(path: string): void {
  const parts = path.split('/');
  if (parts.length > DEPTH_MAX)
    throw new CommandError('INVALID_NAME', `${path} has more than ${DEPTH_MAX} folders inside one another`);
  for (const part of parts) checkDropName(part);
}

const tooLong = ({ name, size }: DropTerms): CommandError =>
  new CommandError('INVALID_ARGUMENTS', `more came of ${name} than the ${size} bytes that were announced`);

function faultOf(error: unknown, path: string, body: IncomingMessage): CommandError {
  if (error instanceof CommandError) return error;
  const isSender = body.destroyed && !body.complete && systemCode(error) !== 'ENOSPC';
  return isSender
    ? new CommandError('INTERRUPTED', `${path} did not come whole: hand it over again`)
    : diskError(error, path);
}
