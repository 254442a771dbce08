import type { InvitationLink } from '../../api/index.ts';
import {
  type Clock,
  CommandError,
  type GroupId,
  type UserId,
  fromHex,
  secretBytes,
  sha256Hex,
} from '../../base/index.ts';
import {
  createAuthority,
  generateKey,
  invitationMac,
  issueMemberCertificate,
  keyCode,
  memberDates,
  sign,
  type InvitedRequest,
} from '../../identity/index.ts';
import {
  type GrantBody,
  type GroupState,
  type InvitationFault,
  type InvitationProof,
  type Member,
  type PendingRequest,
  type RecordOf,
  type SignedRecord,
  type Verdict,
  encodeGenesis,
  isLabel,
  mayWrite,
  nextRequestNumber,
  possessionStatement,
  recordKey,
} from '../../records/index.ts';
import type { JoinAsked } from '../commands.ts';
import { type FoundGroup, type GroupDesk } from './group-desk.ts';
import { type NameBook, invalidName } from './name-book.ts';
import type { RecordView } from './record-view.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Vault } from './vault.ts';

const NONCE_BYTES = 16;

/** A group as this client knows it. */
export type KnownGroup = Pick<FoundGroup, 'gid' | 'state'>;

export interface GroupTools {
  readonly desk: GroupDesk;
  readonly names: NameBook;
  readonly view: RecordView;
  readonly writer: RecordWriter;
  readonly vault: Vault;
  readonly clusterId: string;
  readonly clock: Clock;
}

/** The commands that change who is in a group: each asks a tracker how things stand, then writes signed records. */
export class GroupCommands {
  readonly #tools: GroupTools;

  constructor(tools: GroupTools) {
    this.#tools = tools;
  }

  async create(label: string): Promise<void> {
    if (!isLabel(label)) throw invalidName('group', label);
    await this.#requireFree(label);
    const { vault, clock, clusterId, writer, names } = this.#tools;
    const atMs = clock.wallMs();
    const authority = await createAuthority(atMs);
    const ownerKey = vault.identity.publicKey;
    const terms = { label, nonce: secretBytes(NONCE_BYTES), ownerKey, authority: authority.certificatePem };
    const genesis = encodeGenesis({ ...terms, cluster: clusterId, atMs });
    const gid = sha256Hex(genesis) as GroupId;
    const memberKey = generateKey();
    const certificate = await issueMemberCertificate(authority, memberKey.publicKey, memberDates(atMs));
    const grant = { n: 1, verdict: 'accepted', epoch: 0, serial: 1 } as const;
    await writer.put([
      vault.sign('group', recordKey.group(gid, vault.uid), { genesis, epochs: [] }),
      vault.sealKey('authority', gid, authority.key.privateKey),
      vault.sealKey('member', gid, memberKey.privateKey),
      vault.sign('grant', recordKey.grant(gid, vault.uid, vault.uid), {
        ...grant,
        memberKey: memberKey.publicKey,
        certificate,
        atMs,
      }),
      vault.sign('name', recordKey.groupName(label, gid, vault.uid), { label }),
    ]);
    names.learn('group', gid, label);
  }

  async join(typed: string): Promise<JoinAsked> {
    return this.joinFound(await this.#tools.desk.find(typed));
  }

  /** Asks to join, with an invitation if there is one. Rejects with ALREADY_MEMBER, ALREADY_REQUESTED. */
  async joinFound(found: FoundGroup, invitation?: Pick<InvitationLink, 'id' | 'secret'>): Promise<JoinAsked> {
    const { vault, view, writer, desk, names, clock } = this.#tools;
    if (invitation && found.state.owner === vault.uid) {
      throw new CommandError(
        'ALREADY_MEMBER',
        `${found.label} is your own group: this link is for those whom you want in it, send it to them`,
      );
    }
    const n = nextRequestNumber(found.state, vault.uid);
    const memberKey = generateKey();
    const possession = sign(memberKey.privateKey, possessionStatement(found.gid, vault.uid, n));
    const terms = { n, memberKey: memberKey.publicKey };
    const request = vault.sign('request', recordKey.request(found.gid, vault.uid), {
      ...terms,
      possession,
      ...(invitation && { invitation: this.#proof(invitation, { ...terms, gid: found.gid }) }),
      atMs: clock.wallMs(),
    });
    this.#requireSensible(request, found.state);
    await writer.put([request, vault.sealKey('member', found.gid, memberKey.privateKey)]);
    for (const record of found.records) view.merge(record, 'own');
    await desk.refresh(found.gid);
    const owner = (await names.labelsOf('user', [found.state.owner]))(found.state.owner);
    return { owner, code: keyCode(vault.identity.publicKey) };
  }

  async cancelRequest(typed: string): Promise<void> {
    const { gid, label, state } = await this.#tools.desk.find(typed);
    const pending = state.pending.get(this.#tools.vault.uid);
    if (!pending) {
      throw new CommandError(
        'NO_SUCH_REQUEST',
        `you have no request to join ${label} that waits for an answer`,
      );
    }
    await this.#leave(gid, pending.n);
  }

  async leave(typed: string): Promise<{ ended: boolean }> {
    const { gid, label, state } = await this.#tools.desk.requireMember(typed);
    const me = state.members.get(this.#tools.vault.uid);
    if (me?.role !== 'owner') {
      await this.#leave(gid, me?.grant?.body.n ?? 0);
      return { ended: false };
    }
    if (state.members.size > 1) {
      throw new CommandError(
        'OWNER_CANNOT_LEAVE',
        `${label} is yours and has ${state.members.size - 1} others in it: remove_member each of them first, or end it for everyone by delete_group ${label}`,
      );
    }
    await this.#end(gid, state);
    return { ended: true };
  }

  async delete(typed: string): Promise<void> {
    const { gid, state } = await this.#tools.desk.requireOwner(typed);
    await this.#end(gid, state);
  }

  async accept(typed: string, user: string, code: string | undefined): Promise<void> {
    const found = await this.#tools.desk.requireOwner(typed);
    const pending = await this.#pending(found, user);
    if (code !== undefined && plainCode(code) !== keyCode(pending.identityKey)) {
      throw new CommandError(
        'CODE_MISMATCH',
        `the request under the name ${user} has the code ${keyCode(pending.identityKey)}, not ${code}: it may not be from whom you think. Compare again with ${user}, or reject_request ${typed} ${user}`,
      );
    }
    await this.acceptPending(found, pending);
  }

  async reject(typed: string, user: string): Promise<void> {
    const found = await this.#tools.desk.requireOwner(typed);
    await this.rejectPending(found, await this.#pending(found, user));
  }

  /** For the owner's client, which has checked what there is to check. */
  async acceptPending(found: KnownGroup, { user, n, memberKey }: PendingRequest): Promise<void> {
    const terms = { n, verdict: 'accepted', serial: 1, memberKey } as const;
    await this.#grant(found, user, terms, this.#tools.clock.wallMs());
  }

  /** `reason`: what became of the invitation that the request was made with. */
  async rejectPending(
    found: KnownGroup,
    { user, n, memberKey }: PendingRequest,
    reason?: InvitationFault,
  ): Promise<void> {
    const terms = { n, verdict: 'rejected', serial: 1, memberKey, ...(reason && { reason }) } as const;
    await this.#grant(found, user, terms, this.#tools.clock.wallMs());
  }

  async remove(typed: string, user: string): Promise<void> {
    const found = await this.#tools.desk.requireOwner(typed);
    const { id, label } = await this.#tools.names.resolve('user', user);
    const member = found.state.members.get(id as UserId);
    if (!member) {
      throw new CommandError(
        'NO_SUCH_MEMBER',
        `${label} is not in ${found.label}; list_members ${found.label} shows who is`,
      );
    }
    if (!member.grant || member.role === 'owner') {
      throw new CommandError(
        'OWNER_CANNOT_LEAVE',
        `you own ${found.label}; delete_group ${found.label} ends it`,
      );
    }
    const { n, serial, memberKey } = member.grant.body;
    await this.#grant(
      found,
      member.user,
      { n, verdict: 'removed', serial, memberKey },
      this.#tools.clock.wallMs(),
    );
  }

  /** Signs a member's certificate anew; who it is and since when stays. For the owner's client. */
  async renew(found: KnownGroup, member: Member): Promise<void> {
    if (!member.grant) return;
    const { n, serial, memberKey, atMs } = member.grant.body;
    await this.#grant(found, member.user, { n, verdict: 'accepted', serial: serial + 1, memberKey }, atMs);
  }

  #proof(
    { id, secret }: Pick<InvitationLink, 'id' | 'secret'>,
    request: Omit<InvitedRequest, 'identityKey'>,
  ): InvitationProof {
    const { identity } = this.#tools.vault;
    return {
      id: fromHex(id),
      mac: invitationMac(secret, { ...request, identityKey: identity.publicKey }),
    };
  }

  async #requireFree(label: string): Promise<void> {
    try {
      await this.#tools.names.resolve('group', label);
    } catch (error) {
      const code = error instanceof CommandError ? error.code : undefined;
      if (code === 'NO_SUCH_GROUP') return;
      if (code !== 'IDENTITY_CHANGED') throw error;
    }
    throw new CommandError('GROUP_EXISTS', `there is a group ${label} already, or was; choose another name`);
  }

  async #pending({ state, label }: FoundGroup, user: string): Promise<PendingRequest> {
    const named = await this.#tools.names.resolve('user', user);
    const uid = named.id as UserId;
    const pending = state.pending.get(uid);
    if (pending) return pending;
    if (state.members.has(uid))
      throw new CommandError('ALREADY_MEMBER', `${named.label} is in ${label} already`);
    throw new CommandError(
      'NO_SUCH_REQUEST',
      `${named.label} has no request to join ${label} that waits; list_requests ${label} shows who has`,
    );
  }

  async #leave(gid: GroupId, n: number): Promise<void> {
    const { vault, writer } = this.#tools;
    await writer.put([vault.sign('left', recordKey.left(gid, vault.uid), { n })]);
  }

  async #end(gid: GroupId, { epoch }: GroupState): Promise<void> {
    const { vault, writer } = this.#tools;
    await writer.put([vault.sign('ended', recordKey.ended(gid, vault.uid), { epoch })]);
  }

  async #grant(
    { gid, state }: KnownGroup,
    member: UserId,
    terms: Pick<GrantBody, 'n' | 'serial' | 'memberKey' | 'reason'> & { readonly verdict: Verdict },
    atMs: number,
  ): Promise<void> {
    const { vault, writer } = this.#tools;
    const accepted = terms.verdict === 'accepted';
    const certificate = accepted ? await this.#certify(gid, state, terms.memberKey) : undefined;
    const body = { ...terms, epoch: state.epoch, atMs, ...(certificate && { certificate }) };
    const grant = vault.sign('grant', recordKey.grant(gid, member, vault.uid), body);
    this.#requireSensible(grant, state);
    await writer.put([grant]);
  }

  async #certify(gid: GroupId, state: GroupState, memberKey: Uint8Array): Promise<Uint8Array> {
    const key = this.#tools.vault.authorityKey(gid, state.authorityPem);
    if (!key) {
      throw new CommandError(
        'INTERNAL',
        `the key of ${state.label} has not arrived at this device yet; try again in a moment, or on the device where you created the group`,
      );
    }
    const authority = { certificatePem: state.authorityPem, key };
    return issueMemberCertificate(authority, memberKey, memberDates(this.#tools.clock.wallMs()));
  }

  #requireSensible(record: SignedRecord & RecordOf<'grant' | 'request'>, group: GroupState): void {
    const error = mayWrite(record, { current: this.#tools.view.get(record.key), group });
    if (error) throw error;
  }
}

/** A key code as people type it: any case, with gaps, and letters that look like digits. */
const plainCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
