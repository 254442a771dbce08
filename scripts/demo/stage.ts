import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MbtProcess } from './mbt-process.ts';

/** Everything the demo makes: one temporary folder and some processes. Closing it takes all of it away. */
export class Stage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mbt-demo-'));
  readonly #launcher: string;
  readonly #processes: MbtProcess[] = [];
  #closed = false;

  constructor(root: string) {
    this.#launcher = join(root, 'bin', 'mbt');
  }

  get processes(): readonly MbtProcess[] {
    return this.#processes;
  }

  start(name: string, args: readonly string[], onLine: (line: string) => void): MbtProcess {
    if (this.#closed) throw new Error('the demo is being taken away');
    const started = new MbtProcess(name, this.#launcher, args, onLine);
    this.#processes.push(started);
    return started;
  }

  async makeFolder(...path: string[]): Promise<string> {
    const folder = join(this.folder, ...path);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** Idempotent. Processes that still run are killed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#processes.map((process) => process.kill()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
