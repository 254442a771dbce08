import { CommandError, type Logger } from '../../base/index.ts';

/** Work that nobody waits for while it runs, but whose end a closing owner waits for. */
export class Chores {
  readonly #log: Logger;
  readonly #underWay = new Set<Promise<void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Expected failures are logged as `event`; a bug ends the process as everywhere. */
  add(event: string, work: Promise<void>): void {
    const watched = work.catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      this.#log.warn(event, { code: error.code, reason: error.message });
    });
    this.#underWay.add(watched);
    void watched.finally(() => this.#underWay.delete(watched));
  }

  /** Resolves when nothing is under way, begun meanwhile included. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
