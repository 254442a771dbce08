/** Who somebody is, and how it is proven: keys, sealing, OPAQUE (RFC 9807), certificates, the cluster's key. */
export { openAnnounceKeys, type AnnounceHolder, type AnnounceKeys } from './announce-key.ts';
export {
  certificateKey,
  checkMemberCertificate,
  isAuthority,
  isRenewalDue,
  trackerCertificateFault,
  type CertificateVerdict,
} from './certificate-check.ts';
export {
  createAuthority,
  identityCertificate,
  issueMemberCertificate,
  issueTrackerCertificate,
  memberDates,
  toPem,
  type Authority,
} from './certificates.ts';
export { loadOrCreateClusterKey, type ClusterKey } from './cluster-key.ts';
export {
  INVITATION_MAC_BYTES,
  invitationMac,
  isInvitationMac,
  type InvitedRequest,
} from './invitation-mac.ts';
export {
  generateKey,
  hasKeyForm,
  keyCode,
  keyCodeOf,
  PUBLIC_KEY_BYTES,
  sign,
  SIGNATURE_BYTES,
  userIdOf,
  verify,
  type KeyPair,
} from './keys.ts';
export {
  openOpaque,
  type OpaqueClient,
  type OpaqueLogin,
  type OpaqueParties,
  type OpaqueRegistration,
  type OpaqueStart,
} from './opaque-client.ts';
export {
  openOpaqueServer,
  type OpaqueCredential,
  type OpaqueServer,
  type OpaqueSetups,
} from './opaque-server.ts';
export { passwordWeakness } from './password-weakness.ts';
export { newRecoveryCode, parseRecoveryCode } from './recovery-code.ts';
export {
  newAccountKey,
  open,
  proofHash,
  seal,
  sealContext,
  unlockerOf,
  unwrapAccountKey,
  wrapAccountKey,
  type Unlocker,
} from './sealing.ts';
export type { SignatureCheck } from './signature-batch.ts';
export { openVerifier } from './verifier.ts';
