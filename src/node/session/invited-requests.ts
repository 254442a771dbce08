import { CommandError, type GroupId, type Logger } from '../../base/index.ts';
import type { GroupState, InvitationFault, PendingRequest } from '../../records/index.ts';
import type { GroupBook } from './group-book.ts';
import type { GroupCommands, KnownGroup } from './group-commands.ts';
import type { InvitationBook } from './invitation-book.ts';
import type { NameBook } from './name-book.ts';
import type { News } from './news.ts';

/** Of one person by one group, while the client runs. */
const REJECTIONS_MAX = 5;
const REJECTED_MAX = 10_000;

/** What the answering of requests works with. */
export interface InvitedTools {
  readonly book: GroupBook;
  readonly invitations: InvitationBook;
  readonly commands: GroupCommands;
  readonly names: NameBook;
  readonly log: Logger;
  readonly tell: (news: News) => void;
}

/**
 * Runs at the owner's client while it is online: lets in who comes with an invitation that says so, and turns down who
 * comes with one that is over. What came while it was away is answered when it is back.
 */
export class InvitedRequests {
  readonly #tools: InvitedTools;
  readonly #waiting = new Set<GroupId>();
  /** How often each was turned down for an invitation's sake, by group and user. */
  readonly #rejected = new Map<string, number>();
  #busy = false;
  #started = false;
  #closed = false;

  constructor(tools: InvitedTools) {
    this.#tools = tools;
    tools.book.onChanged((gid) => this.look(gid));
  }

  /** What is known is complete now. */
  start(): void {
    this.#started = true;
    this.lookAtAll();
  }

  lookAtAll(): void {
    for (const { gid } of this.#tools.book.states()) this.look(gid);
  }

  look(gid: GroupId): void {
    if (!this.#started || this.#closed) return;
    this.#waiting.add(gid);
    if (!this.#busy) void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  /** Never rejects: a bug in one answer must not be the end of the others, or of the node. */
  async #run(): Promise<void> {
    this.#busy = true;
    for (const gid of this.#waiting) {
      this.#waiting.delete(gid);
      await this.#answerAll(gid).catch((error: unknown) =>
        this.#tools.log.error('invited.bug', { error: error instanceof Error ? error.stack : String(error) }),
      );
    }
    this.#busy = false;
  }

  async #answerAll(gid: GroupId): Promise<void> {
    const { book, invitations } = this.#tools;
    const first = book.state(gid);
    if (!first || book.standing(gid) !== 'owner') return;
    invitations.count(first);
    for (const user of first.pending.keys()) {
      const state = book.state(gid);
      const pending = state?.pending.get(user);
      if (this.#closed) return;
      if (state && pending) await this.#answer(state, pending);
    }
  }

  async #answer(state: GroupState, pending: PendingRequest): Promise<void> {
    const { invitations, log } = this.#tools;
    const judgement = invitations.judge(state, pending);
    if (judgement === 'plain' || judgement === 'forged' || judgement === 'proven') return;
    const found = { gid: state.gid, state };
    try {
      if (judgement === 'auto') await this.#accept(found, pending);
      else if (this.#rejectionsOf(found.gid, pending) >= REJECTIONS_MAX) return;
      else await this.#reject(found, pending, judgement);
      await this.#tellAnswer(state, pending, judgement);
    } catch (error) {
      // It is tried again when a tracker is back, and at the next change.
      if (!(error instanceof CommandError)) throw error;
      log.warn('invited.failed', { reason: error.message });
    }
  }

  /** Whoever asks on and on with a link that is over is not answered each time: the request waits for the owner. */
  #rejectionsOf(gid: GroupId, { user }: PendingRequest): number {
    return this.#rejected.get(`${gid}/${user}`) ?? 0;
  }

  /** Counted only when it is done: what no tracker took is tried again. */
  async #reject(found: KnownGroup, pending: PendingRequest, reason: InvitationFault): Promise<void> {
    await this.#tools.commands.rejectPending(found, pending, reason);
    const times = this.#rejectionsOf(found.gid, pending) + 1;
    if (this.#rejected.size >= REJECTED_MAX) this.#rejected.clear();
    this.#rejected.set(`${found.gid}/${pending.user}`, times);
  }

  /** Counted at once: the next one's invitation may be the same. */
  async #accept(found: KnownGroup, pending: PendingRequest): Promise<void> {
    const { commands, invitations } = this.#tools;
    await commands.acceptPending(found, pending);
    invitations.countAccepted(found.gid, pending);
  }

  async #tellAnswer(
    state: GroupState,
    pending: PendingRequest,
    judgement: 'auto' | InvitationFault,
  ): Promise<void> {
    const { names, invitations, tell } = this.#tools;
    const labelOf = await names.labelsOf('user', [pending.user]).catch(() => (id: string) => names.known(id));
    const [user, group] = [labelOf(pending.user), names.known(state.gid)];
    const id = invitations.find(state.gid, pending)?.id ?? '';
    if (judgement === 'auto') {
      tell({ text: `${user} came into ${group} by your invitation ${id}`, about: 'joined', group, user });
    } else {
      const text = `${user} asked to join ${group} by your invitation ${id}, which ${PAST[judgement]}, and was told so`;
      tell({ text, group, user });
    }
  }
}

const PAST: Readonly<Record<InvitationFault, string>> = {
  'used-up': 'is used up',
  expired: 'has expired',
  withdrawn: 'you withdrew',
};
