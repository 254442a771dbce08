/** Signed facts: their kinds, form, signatures and order, and what follows from a set of them. */
export { decodeRecord } from './envelope.ts';
export { RecordFault } from './fault.ts';
export { encodeGenesis } from './group-chain.ts';
export {
  groupState,
  nextRequestNumber,
  renewalsDue,
  standingOf,
  type CountingShare,
  type GroupState,
  type Member,
  type PendingRequest,
  type Standing,
} from './group-state.ts';
export {
  RECORD_BYTES_MAX,
  type Bodies,
  type CredentialBody,
  type Draft,
  type Genesis,
  type GrantBody,
  type InvitationFault,
  type InvitationProof,
  type RecordKind,
  type RecordOf,
  type SecretPurpose,
  type ShareBody,
  type SignedRecord,
  type Stamp,
  type Verdict,
} from './kinds.ts';
export { foldLabel, isLabel, parseLabelRef, type LabelRef } from './label.ts';
export { mayWrite, type WriteFacts } from './may-write.ts';
export { nameWinners, resolveLabel, type NameHolding } from './names.ts';
export { supersedes } from './order.ts';
export { parseKey, recordKey, type ParsedKey } from './record-key.ts';
export { openRecordVerifier, type RecordVerifier } from './record-verifier.ts';
export { readRemovalNews, removalDigest, removalNews } from './removals.ts';
export { possessionStatement, signRecord, stampRecord, verifyRecord } from './signing.ts';
