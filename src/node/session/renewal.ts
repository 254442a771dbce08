import { type Cancel, type Clock, CommandError, type Logger, every } from '../../base/index.ts';
import { renewalsDue } from '../../records/index.ts';
import type { GroupBook } from './group-book.ts';
import type { GroupCommands } from './group-commands.ts';

const LOOK_MS = 60 * 60 * 1000;

/** Signs the certificates of a group's members anew when a third of their time is left. Runs at the owner's client. */
export class Renewal {
  readonly #book: GroupBook;
  readonly #commands: GroupCommands;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #cancel: Cancel;
  #busy = false;

  constructor(book: GroupBook, commands: GroupCommands, clock: Clock, log: Logger) {
    this.#book = book;
    this.#commands = commands;
    this.#clock = clock;
    this.#log = log;
    this.#cancel = every(clock, LOOK_MS, () => void this.look());
  }

  async look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const state of this.#book.states()) {
        if (this.#book.standing(state.gid) !== 'owner') continue;
        for (const member of renewalsDue(state, this.#clock.wallMs())) {
          await this.#commands.renew({ gid: state.gid, state }, member);
        }
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#log.warn('renewal.failed', { reason: error.message });
    } finally {
      this.#busy = false;
    }
  }

  close(): void {
    this.#cancel();
  }
}
