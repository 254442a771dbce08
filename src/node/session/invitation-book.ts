import { INVITATION_ID_BYTES, INVITATION_SECRET_BYTES } from '../../api/index.ts';
import {
  CommandError,
  type GroupId,
  fromBase64Url,
  secretBytes,
  toBase64Url,
  toHex,
} from '../../base/index.ts';
import { isInvitationMac } from '../../identity/index.ts';
import type { GroupState, InvitationFault, PendingRequest, RecordOf } from '../../records/index.ts';
import type { InviteTerms } from '../commands.ts';
import type { KeptInvitation, UserState } from './user-state.ts';

/** Open invitations of one user, all groups together. */
const OPEN_MAX = 500;
/** Invitations that are kept, so that what comes too late can be told why. */
const KEPT_MAX = 1_000;

/**
 * What an owner's client makes of a request. `plain`: made without an invitation of this device. `forged`: it names one and
 * does not prove it. `proven`: it does, and the owner decides. `auto`: it is to be accepted. Else why it is to be refused.
 */
export type Judgement = 'plain' | 'forged' | 'proven' | 'auto' | InvitationFault;

/** The invitations that this device made: what they are good for, and what was done with them. */
export class InvitationBook {
  readonly #state: UserState;
  readonly #wallMs: () => number;

  constructor(state: UserState, wallMs: () => number) {
    this.#state = state;
    this.#wallMs = wallMs;
  }

  /** Throws REFUSED when there are too many. */
  make(gid: GroupId, { expiresInSeconds, uses, auto }: InviteTerms): KeptInvitation {
    const all = this.#state.data.invitations;
    if (all.filter((one) => this.stateOf(one) === 'open').length >= OPEN_MAX) {
      throw new CommandError(
        'REFUSED',
        `${OPEN_MAX} invitations are open: withdraw some, or make one that is good for more people`,
      );
    }
    const made = {
      id: toHex(secretBytes(INVITATION_ID_BYTES)),
      gid,
      secret: toBase64Url(secretBytes(INVITATION_SECRET_BYTES)),
      expiresAtMs: Math.ceil(this.#wallMs() / 1_000 + expiresInSeconds) * 1_000,
      uses,
      auto,
      withdrawn: false,
      usedBy: [],
    };
    this.#makeRoom();
    this.#state.data.invitations.push(made);
    this.#state.save();
    return made;
  }

  /** Newest last. */
  of(gid: GroupId): KeptInvitation[] {
    return this.#state.data.invitations.filter((one) => one.gid === gid);
  }

  stateOf({ withdrawn, usedBy, uses, expiresAtMs }: KeptInvitation): 'open' | InvitationFault {
    if (withdrawn) return 'withdrawn';
    if (usedBy.length >= uses) return 'used-up';
    return this.#wallMs() > expiresAtMs ? 'expired' : 'open';
  }

  /** Undefined: this device made none of that id for the group. */
  withdraw(gid: GroupId, id: string): KeptInvitation | undefined {
    const found = this.of(gid).find((one) => one.id === id);
    if (!found) return undefined;
    found.withdrawn = true;
    this.#state.save();
    return found;
  }

  judge(group: GroupState, pending: PendingRequest): Judgement {
    const invitation = this.#named(group.gid, pending.invitation?.id);
    if (!invitation || !pending.invitation) return 'plain';
    const request = { ...pending, gid: group.gid };
    if (!isInvitationMac(pending.invitation.mac, fromBase64Url(invitation.secret), request)) return 'forged';
    // A refusal for the invitation's sake would stand in the place of the owner's own, and be forgotten at the next link.
    if (wasTurnedOut(group, pending)) return 'proven';
    const state = this.stateOf(invitation);
    // Whoever asked in time is not to suffer for the owner's absence; but a clock that anyone can set back lets nobody in.
    if (state === 'expired') return pending.atMs <= invitation.expiresAtMs ? 'proven' : 'expired';
    if (state !== 'open') return state;
    return invitation.auto ? 'auto' : 'proven';
  }

  /** Counts who has just been let in by this request, which may have been replaced by another since it was judged. */
  countAccepted(gid: GroupId, { user, n, invitation }: PendingRequest): void {
    const used = this.#named(gid, invitation?.id);
    if (used) this.#use(used, `${user}/${n}`);
  }

  /** Counts who came in by an invitation, whoever accepted them and on whatever device. */
  count(group: GroupState): void {
    for (const request of group.requests.values()) this.#countOne(group, request);
  }

  /** With which invitation a proven request was made. */
  find(gid: GroupId, pending: PendingRequest): KeptInvitation | undefined {
    return this.#named(gid, pending.invitation?.id);
  }

  /** For one more; the oldest that is over goes first. */
  #makeRoom(): void {
    const all = this.#state.data.invitations;
    const oldest = all.findIndex((one) => this.stateOf(one) !== 'open');
    if (all.length >= KEPT_MAX && oldest >= 0) all.splice(oldest, 1);
  }

  #countOne(group: GroupState, { author, authorKey, body }: RecordOf<'request'>): void {
    const { invitation: proof, n, memberKey } = body;
    const invitation = this.#named(group.gid, proof?.id);
    const answer = group.grants.get(author)?.body;
    if (!proof || !invitation || answer?.n !== n || answer.verdict === 'rejected') return;
    const use = `${author}/${n}`;
    const request = { gid: group.gid, n, memberKey, identityKey: authorKey };
    if (invitation.usedBy.includes(use)) return;
    if (isInvitationMac(proof.mac, fromBase64Url(invitation.secret), request)) this.#use(invitation, use);
  }

  #use({ usedBy }: KeptInvitation, use: string): void {
    if (usedBy.includes(use)) return;
    usedBy.push(use);
    this.#state.save();
  }

  #named(gid: GroupId, id: Uint8Array | undefined): KeptInvitation | undefined {
    if (id === undefined) return undefined;
    const text = toHex(id);
    return this.of(gid).find((one) => one.id === text);
  }
}

/** Removed, or rejected by the owner's own decision: no link brings such a one back without the owner. */
function wasTurnedOut(group: GroupState, { user }: PendingRequest): boolean {
  const before = group.grants.get(user)?.body;
  return before?.verdict === 'removed' || (before?.verdict === 'rejected' && before.reason === undefined);
}
