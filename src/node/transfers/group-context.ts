import { utf8, view, type GroupId, type InfoHash } from '../../base/index.ts';
import { buildTorrent, type Content, type Torrent } from '../../metainfo/index.ts';
import type { Admission, PeerContext, PeerCredentials } from '../../net/index.ts';
import type { GroupCredentials, GroupGate } from '../seams.ts';

/** A content as the group of these credentials names it. */
export const torrentIn = (content: Content, credentials: GroupCredentials): Torrent =>
  buildTorrent(content, credentials.authorityPem);

/**
 * One torrent's place in its group for as long as the group's authority stays: a renewed certificate is taken up by itself,
 * and whether somebody may come in is asked anew each time.
 */
export class GroupContext implements PeerContext {
  readonly gid: GroupId;
  readonly infoHash: InfoHash;
  readonly #gate: GroupGate;
  #credentials: PeerCredentials;

  constructor(gate: GroupGate, credentials: GroupCredentials, infoHash: InfoHash) {
    this.gid = credentials.gid;
    this.infoHash = infoHash;
    this.#gate = gate;
    this.#credentials = toPeerCredentials(credentials);
  }

  get credentials(): PeerCredentials {
    const now = this.#gate.contextFor(this.gid);
    if (now && now.certificatePem !== this.#credentials.certificatePem && this.isOf(now)) {
      this.#credentials = toPeerCredentials(now);
    }
    return this.#credentials;
  }

  /** Whether these credentials are under the same authority: else the torrent has another info-hash there. */
  isOf(credentials: GroupCredentials): boolean {
    return view(credentials.authorityPem).equals(view(utf8(this.#credentials.authorityPem)));
  }

  admit(certificateDer: Uint8Array): Admission {
    const credentials = this.#gate.contextFor(this.gid);
    if (credentials === undefined) return { refused: 'not in this group ourselves' };
    return this.#gate.admit(this.gid, certificateDer);
  }
}

function toPeerCredentials({
  authorityPem,
  certificatePem,
  privateKeyPem,
}: GroupCredentials): PeerCredentials {
  return { authorityPem: view(authorityPem).toString('utf8'), certificatePem, privateKeyPem };
}
