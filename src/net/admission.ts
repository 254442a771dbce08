import type { TLSSocket } from 'node:tls';

import { PeerFault } from '../base/index.ts';
import { checkMemberCertificate } from '../identity/index.ts';
import type { PeerContext } from './peer-context.ts';
import type { PeerProof } from './peer-socket.ts';

/**
 * Whether the other end of a finished TLS handshake may stay. Node's own verdict is not enough: for a resumed
 * session it is "authorized" without any certificate having been looked at, and it knows nothing of withdrawals.
 *
 * @param wallMs milliseconds since 1970, for the certificate's dates
 */
export function examinePeer(tls: TLSSocket, context: PeerContext, wallMs: number): PeerProof | PeerFault {
  if (tls.isSessionReused()) return new PeerFault('BAD_CERTIFICATE', 'resumed TLS session');
  const certificate = tls.getPeerX509Certificate();
  if (certificate === undefined) return new PeerFault('BAD_CERTIFICATE', 'none shown');
  if (!tls.authorized) return new PeerFault('BAD_CERTIFICATE', String(tls.authorizationError));
  const certificateDer = new Uint8Array(certificate.raw);
  const checked = checkMemberCertificate(certificateDer, context.credentials.authorityPem, wallMs);
  if ('fault' in checked) return new PeerFault('BAD_CERTIFICATE', checked.fault);
  const admission = context.admit(certificateDer);
  if ('refused' in admission) return new PeerFault('NOT_A_MEMBER', admission.refused);
  return { user: admission.user, certificateDer, context };
}
