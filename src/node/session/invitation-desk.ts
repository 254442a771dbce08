import {
  encodeInvitation,
  type InvitationLink,
  localRows,
  parseInvitation,
  type TrackerAddress,
} from '../../api/index.ts';
import { type Clock, CommandError, type GroupId, fromBase64Url } from '../../base/index.ts';
import type { Invitation, InviteTerms, InvitedJoin } from '../commands.ts';
import type { GroupCommands } from './group-commands.ts';
import type { FoundGroup, GroupDesk } from './group-desk.ts';
import type { InvitationBook } from './invitation-book.ts';
import type { NameBook } from './name-book.ts';
import type { KeptInvitation } from './user-state.ts';

/** Digits of the group's id by which it is asked for: as many as fit behind the longest label. */
const REF_ID_CHARS = 31;

export interface InvitationTools {
  readonly desk: GroupDesk;
  readonly names: NameBook;
  readonly book: InvitationBook;
  readonly commands: GroupCommands;
  readonly trackers: readonly TrackerAddress[];
  readonly clusterId: string;
  /** This user's label as it stands. */
  readonly label: () => string;
  readonly clock: Clock;
  /** Open or withdrawn otherwise: waiting requests are looked at again. */
  readonly onChanged: (gid: GroupId) => void;
}

/** The commands about invitations: making, listing and withdrawing them, and asking to join by one. */
export class InvitationDesk {
  readonly #tools: InvitationTools;

  constructor(tools: InvitationTools) {
    this.#tools = tools;
  }

  /** Rejects as `requireOwner`, or with INVALID_ARGUMENTS, REFUSED. */
  async invite(typed: string, terms: InviteTerms): Promise<Invitation> {
    if (!localRows.inviteTerms.safeParse(terms).success) {
      throw new CommandError(
        'INVALID_ARGUMENTS',
        'an invitation is good for a minute to a year, and for 1 to 1000 people',
      );
    }
    const found = await this.#tools.desk.requireOwner(typed);
    const made = this.#tools.book.make(found.gid, terms);
    this.#tools.onChanged(found.gid);
    return this.#row(found, made);
  }

  /** Those made on this device. */
  async list(typed: string): Promise<Invitation[]> {
    const found = await this.#tools.desk.requireOwner(typed);
    return this.#tools.book.of(found.gid).map((kept) => this.#row(found, kept));
  }

  async withdraw(typed: string, id: string): Promise<void> {
    const { gid, label } = await this.#tools.desk.requireOwner(typed);
    if (!this.#tools.book.withdraw(gid, id.toLowerCase())) {
      throw new CommandError(
        'NO_SUCH_INVITATION',
        `this device has made no invitation ${id} to ${label}; list_invitations ${label} shows those it has made, others are withdrawn where they were made`,
      );
    }
    this.#tools.onChanged(gid);
  }

  /** Rejects with INVALID_INVITATION, DIFFERENT_CLUSTER, IDENTITY_CHANGED, ALREADY_MEMBER, ALREADY_REQUESTED, … */
  async join(text: string): Promise<InvitedJoin> {
    const link = parseInvitation(text);
    this.#requireOwnCluster(link);
    if (this.#tools.clock.wallMs() > link.expiresAtMs) {
      throw new CommandError(
        'INVALID_INVITATION',
        `this invitation to ${link.group} expired on ${dateOf(link.expiresAtMs)}: ask ${link.inviter} for another (if that day is still to come, set this machine's clock)`,
      );
    }
    const found = await this.#find(link);
    const asked = await this.#tools.commands.joinFound(found, link);
    return { group: found.label, ...asked };
  }

  #requireOwnCluster({ cluster, trackers, group }: InvitationLink): void {
    if (cluster === this.#tools.clusterId) return;
    const named = trackers.map(({ text }) => text).join(', ');
    throw new CommandError(
      'DIFFERENT_CLUSTER',
      `this invitation to ${group} is for other trackers (${named}) than this node uses: open it with a node of its own, in another data folder (--data <folder>)`,
    );
  }

  /** The very group that the link names, whatever it is called by now. */
  async #find(link: InvitationLink): Promise<FoundGroup> {
    const [plain = ''] = link.group.split('~');
    try {
      const found = await this.#tools.desk.find(`${plain}~${link.gid.slice(0, REF_ID_CHARS)}`);
      if (found.gid === link.gid) return found;
    } catch (error) {
      if (!(error instanceof CommandError) || error.code !== 'NO_SUCH_GROUP') throw error;
      if (!(await this.#tools.names.isTaken('group', plain))) throw error;
    }
    throw new CommandError(
      'IDENTITY_CHANGED',
      `the trackers show another group under the name ${plain} than the one that ${link.inviter} invited you to. Tell ${link.inviter}; nothing was asked of that other group`,
    );
  }

  #row({ gid, label }: FoundGroup, kept: KeptInvitation): Invitation {
    const { id, secret, expiresAtMs, uses, usedBy, auto } = kept;
    const { trackers, clusterId, book } = this.#tools;
    const link = encodeInvitation({
      trackers,
      cluster: clusterId,
      gid,
      group: label,
      inviter: this.#tools.label(),
      id,
      secret: fromBase64Url(secret),
      expiresAtMs,
    });
    return {
      id,
      group: label,
      link,
      expiresAtMs,
      uses,
      used: usedBy.length,
      auto,
      state: book.stateOf(kept),
    };
  }
}

const dateOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
