import type { TLSSocket } from 'node:tls';
import type { UserId } from '../base/index.ts';
import { certificateKey, trackerCertificateFault, userIdOf } from '../identity/index.ts';
import { plainAddress } from './address-key.ts';

/** Who is at the other end of a connection. TLS 1.3 has proven that it holds the key of the certificate it shows. */
export interface Caller {
  readonly address: string;
  /** The user whose identity key the certificate is over. */
  readonly uid?: UserId;
  /** It shows a certificate of this cluster's authority. */
  readonly isTracker: boolean;
}

/**
 * The caller behind `socket`; undefined for a resumed session, which has proven nothing this time. Node's own check is
 * off on purpose: clients sign their certificates themselves.
 */
export function callerOf(socket: TLSSocket, caPem: string, nowMs: number): Caller | undefined {
  if (socket.isSessionReused()) return undefined;
  const address = plainAddress(socket.remoteAddress);
  const der = socket.getPeerX509Certificate()?.raw;
  if (der === undefined) return { address, isTracker: false };
  if (trackerCertificateFault(der, caPem, nowMs) === undefined) return { address, isTracker: true };
  const key = certificateKey(der);
  return key === undefined
    ? { address, isTracker: false }
    : { address, isTracker: false, uid: userIdOf(key) };
}
