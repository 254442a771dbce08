import { sha256Hex, systemClock, toHex, type InfoHash, type UserId } from '../../src/base/index.ts';
import {
  createAuthority,
  generateKey,
  issueMemberCertificate,
  memberDates,
  toPem,
  type Authority,
} from '../../src/identity/index.ts';
import type { Admission, PeerContext, PeerCredentials } from '../../src/net/index.ts';

/** One member of a test group: its credentials and who it is. */
export interface TestMember {
  readonly user: UserId;
  readonly credentials: PeerCredentials;
  readonly certificateDer: Uint8Array;
}

/** A group with an authority of its own, whose members exist only in memory. */
export class TestGroup {
  readonly #authority: Authority;
  readonly #users = new Map<string, UserId>();
  /** Users whose grant was withdrawn: `admit` refuses them. */
  readonly removed = new Set<UserId>();

  static async create(): Promise<TestGroup> {
    return new TestGroup(await createAuthority(systemClock.wallMs()));
  }

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  get authorityPem(): string {
    return this.#authority.certificatePem;
  }

  async member(name: string, dates = memberDates(systemClock.wallMs())): Promise<TestMember> {
    const member = await this.#certify(name, dates);
    this.#users.set(toHex(member.certificateDer), member.user);
    return member;
  }

  /** Holds a certificate of the authority that `admit` knows nothing of. */
  ungranted(): Promise<TestMember> {
    return this.#certify('ungranted', memberDates(systemClock.wallMs()));
  }

  async #certify(name: string, dates: ReturnType<typeof memberDates>): Promise<TestMember> {
    const key = generateKey();
    const certificateDer = await issueMemberCertificate(this.#authority, key.publicKey, dates);
    const user = sha256Hex(name) as UserId;
    const credentials = {
      certificatePem: toPem(certificateDer),
      privateKeyPem: toPem(key.privateKey, 'PRIVATE KEY'),
      authorityPem: this.#authority.certificatePem,
    };
    return { user, credentials, certificateDer };
  }

  readonly admit = (certificateDer: Uint8Array): Admission => {
    const user = this.#users.get(toHex(certificateDer));
    if (user === undefined) return { refused: 'no such member' };
    return this.removed.has(user) ? { refused: 'removed' } : { user };
  };

  context(member: TestMember, torrent: string): PeerContext {
    return { infoHash: sha256Hex(torrent) as InfoHash, credentials: member.credentials, admit: this.admit };
  }
}
