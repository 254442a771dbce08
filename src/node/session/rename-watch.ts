import { trackerApi } from '../../api/index.ts';
import { CommandError, type GroupId, type UserId } from '../../base/index.ts';
import type { GroupBook } from './group-book.ts';
import type { NameBook } from './name-book.ts';
import type { News } from './news.ts';
import type { Trackers } from './trackers.ts';
import type { UserState } from './user-state.ts';

/**
 * Notices when the user or one of its groups lost its label to an earlier claim (made at a tracker that was cut off).
 * A tracker's word alone is not believed: the claims must show it.
 */
export class RenameWatch {
  readonly #uid: UserId;
  readonly #trackers: Trackers;
  readonly #names: NameBook;
  readonly #book: GroupBook;
  readonly #state: UserState;
  readonly #tell: (news: News) => void;
  #looking: Promise<void> | undefined;

  constructor(
    uid: UserId,
    trackers: Trackers,
    names: NameBook,
    book: GroupBook,
    state: UserState,
    tell: (news: News) => void,
  ) {
    this.#uid = uid;
    this.#trackers = trackers;
    this.#names = names;
    this.#book = book;
    this.#state = state;
    this.#tell = tell;
  }

  /** Looks once; what fails is left for the next time. */
  look(): Promise<void> {
    return (this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    }));
  }

  async #lookOnce(): Promise<void> {
    const gids = [...this.#book.states()].filter(({ ended }) => !ended).map(({ gid }) => gid);
    const ids = [this.#uid, ...gids].slice(0, 100);
    try {
      const query = { ids: ids.join(',') };
      const { labels } = await this.#trackers.call((api) => api.call(trackerApi.labels, { query }));
      for (const id of ids) {
        const label = labels[id];
        if (label !== undefined && label !== this.#state.data.ownNames[id]) await this.#onLabel(id, label);
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }

  async #onLabel(id: UserId | GroupId, label: string): Promise<void> {
    const before = this.#state.data.ownNames[id];
    const of = id === this.#uid ? 'user' : 'group';
    if (before !== undefined) {
      const proven = await this.#names.resolve(of, label);
      if (proven.id !== id) return;
    }
    this.#state.data.ownNames[id] = label;
    this.#state.save();
    this.#names.learn(of, id, label);
    if (before === undefined) return;
    const text =
      of === 'user'
        ? `you are called ${label} now, no longer ${before}: somebody had that name first. Log in as ${label}; your groups and files are as before`
        : `the group ${before} is called ${label} now: another one had that name first. Members and files are as before`;
    this.#tell({ text, about: 'renamed', [of]: label });
  }
}
