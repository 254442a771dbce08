import { watch, type FSWatcher } from 'node:fs';
import { systemCode } from '../../base/index.ts';

/** The system's word that something in a folder may be new. It is a hint: there may be none, or too many. */
export class FolderHints {
  readonly #path: string;
  readonly #onHint: () => void;
  #watcher: FSWatcher | undefined;
  /** Which folder it is that is watched. */
  #identity: string | undefined;

  constructor(path: string, onHint: () => void) {
    this.#path = path;
    this.#onHint = onHint;
  }

  /** Listens to the folder that stands there now, if it does not already. Not every file system gives hints. */
  listen(identity: string): void {
    if (this.#watcher && this.#identity === identity) return;
    this.close();
    try {
      this.#watcher = watch(this.#path, { persistent: false }, () => this.#onHint());
      this.#watcher.on('error', () => this.close());
      this.#identity = identity;
    } catch (error) {
      // Among the reasons: all that the system has of such watches are in use.
      if (systemCode(error) === undefined) throw error;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
