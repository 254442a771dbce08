import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

import type { InfoHash, UserId } from '../base/index.ts';

/** The last word on a certificate that this group's authority signed and whose dates are good. */
export type Admission = { readonly user: UserId } | { readonly refused: string };

/** With what we show ourselves to the peers of one group. */
export interface PeerCredentials {
  readonly certificatePem: string;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** PEM of the one authority that may have signed the other side's certificate. */
  readonly authorityPem: string;
}

/** One torrent as the TLS layer sees it: who we are in it and who may come in. */
export interface PeerContext {
  readonly infoHash: InfoHash;
  readonly credentials: PeerCredentials;
  /** Called on every connection, both directions, before a byte is read or written. */
  admit(certificateDer: Uint8Array): Admission;
}

/** Server name of a torrent's TLS connections: the SHA-256 info-hash cut to 20 bytes, in hex (libtorrent's rule). */
export const sniOf = (infoHash: InfoHash): string => infoHash.slice(0, 40);

/**
 * What every server, connection and context of ours is made with. A resumed TLS 1.3 session skips certificate
 * checks and its ticket is good for any torrent of the listener, so no ticket is ever given out.
 */
export const TLS_RULES = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const satisfies SecureContextOptions;

/** Contexts in memory at once; each costs some 50 KB and a millisecond to make. */
const CONTEXTS_MAX = 128;

/** Secure contexts by certificate: a group's thousand torrents share one. Least recently used ones are dropped. */
export class SecureContexts {
  readonly #byIdentity = new Map<string, SecureContext>();

  get(credentials: PeerCredentials): SecureContext {
    const identity = `${credentials.certificatePem}\n${credentials.authorityPem}`;
    const known = this.#byIdentity.get(identity);
    this.#byIdentity.delete(identity);
    const context = known ?? secureContext(credentials);
    this.#byIdentity.set(identity, context);
    if (this.#byIdentity.size > CONTEXTS_MAX) this.#dropOldest();
    return context;
  }

  #dropOldest(): void {
    const oldest = this.#byIdentity.keys().next();
    if (!oldest.done) this.#byIdentity.delete(oldest.value);
  }
}

function secureContext(credentials: PeerCredentials): SecureContext {
  const { certificatePem: cert, privateKeyPem: key, authorityPem: ca } = credentials;
  return createSecureContext({ ...TLS_RULES, cert, key, ca });
}
