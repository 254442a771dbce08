import type { Cancel, Clock, GroupId, UserId } from '../../base/index.ts';
import { keyCode } from '../../identity/index.ts';
import type { GroupState, InvitationFault, PendingRequest, Standing } from '../../records/index.ts';
import type { GroupBook } from './group-book.ts';
import type { InvitationBook, Judgement } from './invitation-book.ts';
import type { NameBook } from './name-book.ts';
import type { News } from './news.ts';
import type { UserState } from './user-state.ts';

/** News of one moment are looked at together, when all of them are in. */
const GATHER_MS = 50;
/** Requests told of that are remembered per group. */
const TOLD_MAX = 1_000;

export interface NoticeTools {
  readonly book: GroupBook;
  readonly names: NameBook;
  readonly invitations: InvitationBook;
  readonly state: UserState;
  readonly clock: Clock;
  readonly tell: (news: News) => void;
}

/**
 * Tells the user what others did: to its own standing in groups, and who asks to join one that it owns. What was told is
 * remembered on disk, so that a client that was away tells what happened meanwhile, once.
 */
export class Notices {
  readonly #tools: NoticeTools;
  readonly #book: GroupBook;
  readonly #state: UserState;
  readonly #waiting = new Set<GroupId>();
  #cancel: Cancel | undefined;
  #started = false;
  #closed = false;

  constructor(tools: NoticeTools) {
    this.#tools = tools;
    this.#book = tools.book;
    this.#state = tools.state;
    tools.book.onChanged((gid) => this.#onChanged(gid));
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
    this.#cancel ??= this.#tools.clock.after(GATHER_MS, () => {
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
    const change = before === undefined || before === now ? undefined : standingChange(before, now);
    if (change === undefined && newRequests.length === 0) return;
    const people = [state.owner, ...newRequests];
    const { names, invitations, tell } = this.#tools;
    const labelOf = await names.labelsOf('user', people).catch(() => (id: string) => names.known(id));
    const group = names.known(gid);
    if (this.#closed) return;
    if (change) tell(newsOf(change, group, labelOf(state.owner), this.#book.decision(gid)?.reason));
    for (const uid of newRequests) {
      const pending = state.pending.get(uid);
      if (!pending) continue;
      const judgement = invitations.judge(state, pending);
      tell(requestNews(group, labelOf(uid), keyCode(pending.identityKey), judgement));
    }
  }

  /** Not those that the client itself answers. */
  #isForOwner(state: GroupState, pending: PendingRequest): boolean {
    return OF_PEOPLE.has(this.#tools.invitations.judge(state, pending));
  }

  #remember(gid: GroupId, standing: Standing): void {
    if (this.#state.data.standings[gid] === standing) return;
    this.#state.data.standings[gid] = standing;
    this.#state.save();
  }

  /** Those who ask and were not told of; they count as told from now on. */
  #untold(state: GroupState): UserId[] {
    const told = this.#state.data.toldRequests[state.gid] ?? [];
    const asking = [...state.pending.values()].filter((pending) => this.#isForOwner(state, pending));
    const fresh = asking.filter(({ user, n }) => !told.includes(`${user}/${n}`));
    const current = asking.map(({ user, n }) => `${user}/${n}`).slice(-TOLD_MAX);
    if (fresh.length > 0 || current.length !== told.length) {
      this.#state.data.toldRequests[state.gid] = current;
      this.#state.save();
    }
    return fresh.map(({ user }) => user);
  }
}

/** Requests on which the owner decides. */
const OF_PEOPLE: ReadonlySet<Judgement> = new Set(['plain', 'forged', 'proven']);

function requestNews(group: string, user: string, code: string, judgement: Judgement): News {
  const command = `accept_request ${group} ${user}`;
  const what: Partial<Record<Judgement, string>> = {
    proven: `with your invitation, which proves the key (code ${code}): ${command}`,
    forged: `naming an invitation of yours, but does not hold its link (code ${code}): somebody may have changed the request on its way. Compare the code with ${user} before you ${command}`,
  };
  const how = what[judgement] ?? `(code ${code}): compare the code with ${user}, then ${command}`;
  return { text: `${user} asks to join ${group} ${how}`, about: 'request', group, user, code };
}

/** A change of the user's standing that is told. */
type Change = 'accepted' | 'rejected' | 'removed' | 'ended' | 'left';

function newsOf(about: Change, group: string, owner: string, reason: InvitationFault | undefined): News {
  const text =
    about === 'rejected' && reason
      ? `${REASONS[reason](group, owner)}; ask ${owner} for another`
      : TEXTS[about](group, owner);
  return about === 'left' ? { text, about, group } : { text, about, group, user: owner };
}

const REASONS: Readonly<Record<InvitationFault, (group: string, owner: string) => string>> = {
  'used-up': (group) => `your invitation to ${group} is used up: as many as it was for have come in by it`,
  expired: (group) => `your invitation to ${group} has expired`,
  withdrawn: (group, owner) => `${owner} has withdrawn the invitation to ${group} by which you asked to join`,
};

const TEXTS: Readonly<Record<Change, (group: string, owner: string) => string>> = {
  accepted: (group, owner) => `${owner} accepted you: you are in ${group} now`,
  rejected: (group, owner) => `${owner} rejected your request to join ${group}`,
  removed: (group, owner) =>
    `${owner} removed you from ${group}: you no longer share or fetch there; what you have stays yours`,
  ended: (group, owner) => `${group} was deleted by ${owner}; what you have stays yours`,
  left: (group) => `another device of yours left ${group}, or took its request back`,
};

/** What to tell of a change that somebody else made; undefined where it needs no words. */
function standingChange(before: string, now: Standing): Change | undefined {
  switch (now) {
    case 'member':
      return 'accepted';
    case 'ended':
      return before === 'member' || before === 'pending' || before === 'owner' ? 'ended' : undefined;
    case 'rejected':
    case 'removed':
    case 'left':
      return now;
    case 'pending':
    case 'owner':
    case 'none':
      return undefined;
  }
}
