import { sha256Hex, type ContentId, type GroupId, type UserId } from '../../src/base/index.ts';
import {
  createAuthority,
  generateKey,
  issueMemberCertificate,
  memberDates,
  sign,
  userIdOf,
  type Authority,
  type KeyPair,
} from '../../src/identity/index.ts';
import {
  encodeGenesis,
  possessionStatement,
  recordKey,
  signRecord,
  type Bodies,
  type Genesis,
  type RecordKind,
  type RecordOf,
  type Verdict,
} from '../../src/records/index.ts';

export const CLUSTER = sha256Hex('the cluster of the tests');
/** When all of it happens, ms since 1970. */
export const NOW_MS = Date.UTC(2026, 0, 15);

/** A user who signs records. */
export class Person {
  readonly identity: KeyPair = generateKey();
  readonly memberKey: KeyPair = generateKey();
  readonly uid: UserId = userIdOf(this.identity.publicKey);
  readonly cluster: string;

  constructor(cluster = CLUSTER) {
    this.cluster = cluster;
  }

  sign<K extends RecordKind>(kind: K, key: string, body: Bodies[K]): RecordOf<K> {
    return signRecord({ kind, key, body }, this.identity, this.cluster);
  }
}

/** A group whose records are made by hand, one by one. */
export class SignedGroup {
  readonly owner: Person;
  readonly gid: GroupId;
  readonly genesis: Genesis;
  readonly authority: Authority;

  static async found(owner: Person, label = 'lab'): Promise<SignedGroup> {
    return new SignedGroup(owner, label, await createAuthority(NOW_MS));
  }

  constructor(owner: Person, label: string, authority: Authority) {
    this.owner = owner;
    this.authority = authority;
    this.genesis = {
      label,
      nonce: new Uint8Array(16),
      ownerKey: owner.identity.publicKey,
      authority: authority.certificatePem,
      cluster: owner.cluster,
      atMs: NOW_MS,
    };
    this.gid = sha256Hex(encodeGenesis(this.genesis)) as GroupId;
  }

  record(epochs: Bodies['group']['epochs'] = [], by = this.owner): RecordOf<'group'> {
    const genesis = encodeGenesis(this.genesis);
    return by.sign('group', recordKey.group(this.gid, by.uid), { genesis, epochs });
  }

  ended(by = this.owner, epoch = 0): RecordOf<'ended'> {
    return by.sign('ended', recordKey.ended(this.gid, by.uid), { epoch });
  }

  request(by: Person, n = 1, more: Partial<Bodies['request']> = {}): RecordOf<'request'> {
    const possession = sign(by.memberKey.privateKey, possessionStatement(this.gid, by.uid, n));
    const body = { n, memberKey: by.memberKey.publicKey, possession, atMs: NOW_MS + n, ...more };
    return by.sign('request', recordKey.request(this.gid, by.uid), body);
  }

  left(by: Person, n = 1): RecordOf<'left'> {
    return by.sign('left', recordKey.left(this.gid, by.uid), { n });
  }

  /** A grant for request 1 of epoch 0, serial 1, unless told otherwise. */
  async grant(
    member: Person,
    verdict: Verdict,
    more: Partial<Bodies['grant']> & { by?: Person; authority?: Authority } = {},
  ): Promise<RecordOf<'grant'>> {
    const { by = this.owner, authority = this.authority, ...body } = more;
    const memberKey = body.memberKey ?? member.memberKey.publicKey;
    const dates = memberDates(NOW_MS);
    const certificate = verdict === 'accepted' && (await issueMemberCertificate(authority, memberKey, dates));
    return by.sign('grant', recordKey.grant(this.gid, member.uid, by.uid), {
      n: 1,
      verdict,
      epoch: 0,
      serial: 1,
      memberKey,
      ...(certificate && { certificate }),
      atMs: NOW_MS + 10,
      ...body,
    });
  }

  share(by: Person, name = 'tour.mp4', more: Partial<Bodies['share']> = {}): RecordOf<'share'> {
    const content = sha256Hex(name) as ContentId;
    const body = { n: 1, offered: true, name, size: 1000, files: 1, ...more };
    return by.sign('share', recordKey.share(this.gid, content, by.uid), body);
  }
}
