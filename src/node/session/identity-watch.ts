import { CommandError, type UserId } from '../../base/index.ts';
import { keyCodeOf } from '../../identity/index.ts';
import type { Of } from './name-book.ts';
import type { News } from './news.ts';
import type { UserState } from './user-state.ts';

const TOLD_MAX = 1_000;
/** A tracker that shows ever more strangers under one name is not repeated for ever. */
const TOLD_PER_NAME_MAX = 3;
const ID_CHARS = 4;

/** Tells of names and trackers that have another key than the one known: each of them once. */
export class IdentityWatch {
  readonly #state: UserState;
  readonly #tell: (news: News) => void;
  /** How often this process told of a name, by who is pinned under it. */
  readonly #names = new Map<string, number>();
  /** Trackers that were told of, until they are good again. */
  readonly #trackers = new Set<string>();

  constructor(state: UserState, tell: (news: News) => void) {
    this.#state = state;
    this.#tell = tell;
  }

  /** `label` is said to mean `id`, where this client has known it as `pinnedId`. Remembered on disk. */
  onName(of: Of, label: string, id: string, pinnedId: string): void {
    const told = this.#state.data.toldKeys;
    const times = (this.#names.get(`${of} ${pinnedId}`) ?? 0) + 1;
    if (told.includes(id) || times > TOLD_PER_NAME_MAX) return;
    this.#names.set(`${of} ${pinnedId}`, times);
    this.#state.data.toldKeys = [...told, id].slice(-TOLD_MAX);
    this.#state.save();
    const short = (of_: string): string => `${label}~${of_.slice(0, ID_CHARS)}`;
    const code = of === 'user' ? keyCodeOf(id as UserId) : undefined;
    const shown = code === undefined ? '' : `, whose key has the code ${code}`;
    const text =
      `the name ${label} is said to mean another ${of} now (${short(id)}${shown}) than the one known here by it ` +
      `(${short(pinnedId)}). Ask the people before you trust it`;
    this.#tell({ text, about: 'key-changed', [of]: label, ...(code !== undefined && { code }) });
  }

  /** What is wrong with the tracker now, if anything. */
  onTracker(address: string, fault: unknown): void {
    if (!(fault instanceof CommandError) || fault.code !== 'TRACKER_CHANGED') {
      if (fault === undefined) this.#trackers.delete(address);
      return;
    }
    if (this.#trackers.has(address)) return;
    this.#trackers.add(address);
    this.#tell({ text: fault.message, about: 'key-changed' });
  }
}
