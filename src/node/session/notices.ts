import type { Cancel, Clock, GroupId, UserId } from '../../base/index.ts';
import { keyCode } from '../../identity/index.ts';
import type { GroupState, Standing } from '../../records/index.ts';
import type { GroupBook } from './group-book.ts';
import type { NameBook } from './name-book.ts';
import type { UserState } from './user-state.ts';

/** News of one moment are looked at together, when all of them are in. */
const GATHER_MS = 50;
/** Requests told of that are remembered per group. */
const TOLD_MAX = 1_000;

/**
 * Tells the user what others did: to its own standing in groups, and who asks to join one that it owns. What was told is
 * remembered on disk, so that a client that was away tells what happened meanwhile, once.
 */
export class Notices {
  readonly #book: GroupBook;
  readonly #names: NameBook;
  readonly #state: UserState;
  readonly #clock: Clock;
  readonly #tell: (text: string) => void;
  readonly #waiting = new Set<GroupId>();
  #cancel: Cancel | undefined;
  #started = false;
  #closed = false;

  constructor(
    book: GroupBook,
    names: NameBook,
    state: UserState,
    clock: Clock,
    tell: (text: string) => void,
  ) {
    this.#book = book;
    this.#names = names;
    this.#state = state;
    this.#clock = clock;
    this.#tell = tell;
    book.onChanged((gid) => this.#onChanged(gid));
  }

  /** What is known is complete now: from here on changes are told, beginning with those since the last time. */
  start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    for (const { gid } of this.#book.states()) this.#onChanged(gid);
  }

  /** This device itself has just changed the group: nobody needs to be told how the user stands in it now. */
  settle(gid: GroupId): void {
    this.#remember(gid, this.#book.standing(gid));
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #onChanged(gid: GroupId): void {
    if (!this.#started || this.#closed) return;
    this.#waiting.add(gid);
    this.#cancel ??= this.#clock.after(GATHER_MS, () => {
      this.#cancel = undefined;
      const gids = [...this.#waiting];
      this.#waiting.clear();
      for (const changed of gids) void this.#look(changed);
    });
  }

  async #look(gid: GroupId): Promise<void> {
    const state = this.#book.state(gid);
    if (!state) return;
    const before = this.#state.data.standings[gid];
    const now = this.#book.standing(gid);
    this.#remember(gid, now);
    const newRequests = now === 'owner' ? this.#untold(state) : [];
    const text = before === undefined || before === now ? undefined : standingText(before, now);
    if (text === undefined && newRequests.length === 0) return;
    const people = [state.owner, ...newRequests];
    const labelOf = await this.#names
      .labelsOf('user', people)
      .catch(() => (id: string) => this.#names.known(id));
    const group = this.#names.known(gid);
    if (this.#closed) return;
    if (text !== undefined) this.#tell(text(group, labelOf(state.owner)));
    for (const uid of newRequests) {
      const pending = state.pending.get(uid);
      if (!pending) continue;
      const user = labelOf(uid);
      this.#tell(
        `${user} asks to join ${group} (code ${keyCode(pending.identityKey)}): compare the code with ${user}, then accept_request ${group} ${user}`,
      );
    }
  }

  #remember(gid: GroupId, standing: Standing): void {
    if (this.#state.data.standings[gid] === standing) return;
    this.#state.data.standings[gid] = standing;
    this.#state.save();
  }

  /** Those who ask and were not told of; they count as told from now on. */
  #untold(state: GroupState): UserId[] {
    const told = this.#state.data.toldRequests[state.gid] ?? [];
    const asking = [...state.pending.values()];
    const fresh = asking.filter(({ user, n }) => !told.includes(`${user}/${n}`));
    const current = asking.map(({ user, n }) => `${user}/${n}`).slice(-TOLD_MAX);
    if (fresh.length > 0 || current.length !== told.length) {
      this.#state.data.toldRequests[state.gid] = current;
      this.#state.save();
    }
    return fresh.map(({ user }) => user);
  }
}

/** What to say of a change that somebody else made; undefined where it needs no words. */
function standingText(before: string, now: Standing): ((group: string, owner: string) => string) | undefined {
  switch (now) {
    case 'member':
      return (group, owner) => `${owner} accepted you: you are in ${group} now`;
    case 'rejected':
      return (group, owner) => `${owner} rejected your request to join ${group}`;
    case 'removed':
      return (group, owner) =>
        `${owner} removed you from ${group}: you no longer share or fetch there; what you have stays yours`;
    case 'ended':
      return before === 'member' || before === 'pending' || before === 'owner'
        ? (group, owner) => `${group} was deleted by ${owner}; what you have stays yours`
        : undefined;
    case 'left':
      return (group) => `another device of yours left ${group}, or took its request back`;
    case 'pending':
    case 'owner':
    case 'none':
      return undefined;
  }
}
