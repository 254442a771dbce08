import { type GroupId, PeerFault, type UserId, toHex, utf8 } from '../../base/index.ts';
import { checkMemberCertificate, toPem } from '../../identity/index.ts';
import {
  type GrantBody,
  type GroupState,
  RecordFault,
  type RecordKind,
  type Standing,
  groupState,
  readRemovalNews,
  removalDigest,
  removalNews,
  standingOf,
} from '../../records/index.ts';
import type { Admission, GroupCredentials, Unsubscribe } from '../seams.ts';
import { Listeners } from './listeners.ts';
import type { RecordView } from './record-view.ts';
import type { Vault } from './vault.ts';

/** The groups of this user as the records that it has seen say, worked out when asked for and kept until one changes. */
export class GroupBook {
  readonly #uid: UserId;
  readonly #clusterId: string;
  readonly #view: RecordView;
  readonly #vault: Vault;
  readonly #wallMs: () => number;
  readonly #states = new Map<GroupId, GroupState | undefined>();
  readonly #changed = new Listeners<[GroupId]>();
  #closed = false;

  constructor(view: RecordView, vault: Vault, clusterId: string, wallMs: () => number) {
    this.#uid = vault.uid;
    this.#clusterId = clusterId;
    this.#view = view;
    this.#vault = vault;
    this.#wallMs = wallMs;
    view.listen({ onGroupsChanged: (changes) => this.#onChanges(changes) });
  }

  onChanged(listener: (gid: GroupId) => void): Unsubscribe {
    return this.#changed.add(listener);
  }

  /** Undefined while the group's own record is not known. */
  state(gid: GroupId): GroupState | undefined {
    if (!this.#states.has(gid)) this.#states.set(gid, groupState(this.#view.ofGroup(gid)));
    return this.#states.get(gid);
  }

  standing(gid: GroupId): Standing {
    const state = this.state(gid);
    return state ? standingOf(state, this.#uid) : 'none';
  }

  /** What the owner last decided on this user, if anything. */
  decision(gid: GroupId): GrantBody | undefined {
    return this.state(gid)?.grants.get(this.#uid)?.body;
  }

  isMember(gid: GroupId): boolean {
    if (this.#closed) return false;
    const standing = this.standing(gid);
    return standing === 'owner' || standing === 'member';
  }

  *states(): Iterable<GroupState> {
    for (const gid of this.#view.groups()) {
      const state = this.state(gid);
      if (state) yield state;
    }
  }

  memberGroups(): GroupId[] {
    return [...this.states()].map(({ gid }) => gid).filter((gid) => this.contextFor(gid));
  }

  /** From now on this user is in no group: it has logged out. */
  close(): void {
    this.#closed = true;
  }

  contextFor(gid: GroupId): GroupCredentials | undefined {
    const state = this.isMember(gid) ? this.state(gid) : undefined;
    const grant = state?.members.get(this.#uid)?.grant?.body;
    if (!state || !grant?.certificate) return undefined;
    const key = this.#vault.memberKey(gid, grant.memberKey);
    const verdict = checkMemberCertificate(grant.certificate, state.authorityPem, this.#wallMs());
    if (!key || 'fault' in verdict) return undefined;
    return {
      gid,
      epoch: state.epoch,
      authorityPem: utf8(state.authorityPem),
      certificatePem: toPem(grant.certificate),
      privateKeyPem: toPem(key.privateKey, 'PRIVATE KEY'),
    };
  }

  admit(gid: GroupId, certificateDer: Uint8Array): Admission {
    const state = this.isMember(gid) ? this.state(gid) : undefined;
    if (!state) return { refused: 'this user is not in the group' };
    const verdict = checkMemberCertificate(certificateDer, state.authorityPem, this.#wallMs());
    if ('fault' in verdict) return { refused: verdict.fault };
    const user = state.membersByKey.get(verdict.memberKeyHash);
    return user ? { user } : { refused: `no member has the key ${verdict.memberKeyHash.slice(0, 16)}` };
  }

  newsDigest(gid: GroupId): Uint8Array {
    const state = this.state(gid);
    return state ? removalDigest(state) : new Uint8Array();
  }

  newsFor(gid: GroupId, theirDigest: Uint8Array): readonly Uint8Array[] {
    const state = this.state(gid);
    if (!state || toHex(theirDigest) === toHex(removalDigest(state))) return [];
    return blaming(() => removalNews(state, theirDigest));
  }

  applyNews(gid: GroupId, payload: Uint8Array): boolean {
    const state = this.state(gid);
    if (!state) return false;
    return blaming(() => {
      const records = readRemovalNews(payload, state, this.#clusterId);
      return records.map((record) => this.#view.merge(record, 'news')).includes(true);
    });
  }

  /** Shares come in thousands and let nobody in or out: they are looked at when somebody asks. */
  #onChanges(changes: ReadonlyMap<GroupId, ReadonlySet<RecordKind>>): void {
    for (const gid of changes.keys()) this.#states.delete(gid);
    for (const [gid, kinds] of changes) if (kinds.size > 1 || !kinds.has('share')) this.#changed.call(gid);
  }
}

/** A fault of what a peer sent is that peer's. */
function blaming<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RecordFault) throw new PeerFault('BAD_EXTENSION', error.message, { cause: error });
    throw error;
  }
}
