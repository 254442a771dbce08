import {
  certificateKey,
  hasKeyForm,
  INVITATION_MAC_BYTES,
  isAuthority,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
} from '../identity/index.ts';
import { equalBytes } from '../base/index.ts';
import type {
  Bodies,
  Epoch,
  Genesis,
  GrantBody,
  InvitationProof,
  PreviousCredential,
  RecordKind,
  RequestBody,
  ShareBody,
} from './kinds.ts';
import { isLabel, shareNameFault } from './label.ts';
import { bytes, checked, flag, int, list, oneOf, optional, shape, text, type Field } from './schema.ts';

/** Counters grow by one each time a person does something: whoever is beyond this only shuts itself out. */
const COUNT_MAX = 2 ** 31;
const EPOCHS_MAX = 16;
const CERTIFICATE_BYTES_MAX = 4096;
const SEALED_BYTES_MAX = 1024;
const SHARE_FILES_MAX = 10_000_000;
const HASH_BYTES = 32;
const INVITATION_ID_BYTES = 8;

const hex256 = text('64 hex digits', (read) => /^[0-9a-f]{64}$/.test(read));
const count = (min: number): Field<number> => int(min, COUNT_MAX);
const time = int(0, Number.MAX_SAFE_INTEGER);
const label = text('a label', isLabel);
const signature = bytes(SIGNATURE_BYTES);
const publicKey = checked(bytes(PUBLIC_KEY_BYTES), (key) =>
  hasKeyForm(key) ? undefined : 'not a P-256 key',
);
const authority = text('the PEM of a certificate authority', isAuthority);
const sealed = bytes(1, SEALED_BYTES_MAX);

const epoch: Field<Epoch> = shape<Epoch>({
  ownerKey: publicKey,
  authority,
  byOld: signature,
  byNew: signature,
});

/** What a group's id is the hash of. */
export const genesisField: Field<Genesis> = shape<Genesis>({
  label,
  nonce: bytes(16),
  ownerKey: publicKey,
  authority,
  cluster: hex256,
  atMs: time,
});

/** The part of an epoch that its two owners sign. */
export const epochTermsField: Field<Pick<Epoch, 'ownerKey' | 'authority'>> = shape<
  Pick<Epoch, 'ownerKey' | 'authority'>
>({ ownerKey: publicKey, authority });

const previous = shape<PreviousCredential>({ hash: hex256, proof: bytes(HASH_BYTES) });

const invitation = shape<InvitationProof>({
  id: bytes(INVITATION_ID_BYTES),
  mac: bytes(INVITATION_MAC_BYTES),
});

const request: Field<RequestBody> = shape<RequestBody>({
  n: count(1),
  memberKey: publicKey,
  possession: signature,
  invitation: optional(invitation),
  atMs: time,
});

const grant: Field<GrantBody> = checked(
  shape<GrantBody>({
    n: count(1),
    verdict: oneOf('accepted', 'rejected', 'removed'),
    epoch: int(0, EPOCHS_MAX),
    serial: count(0),
    memberKey: publicKey,
    certificate: optional(bytes(1, CERTIFICATE_BYTES_MAX)),
    reason: optional(oneOf('used-up', 'expired', 'withdrawn')),
    atMs: time,
  }),
  grantFault,
);

function grantFault(body: GrantBody): string | undefined {
  if (body.reason !== undefined && body.verdict !== 'rejected') return 'a reason without a rejection';
  if (body.certificate === undefined) return body.verdict === 'accepted' ? 'no certificate' : undefined;
  if (body.verdict !== 'accepted') return 'a certificate without an acceptance';
  const key = certificateKey(body.certificate);
  if (key === undefined) return 'the certificate cannot be read';
  return equalBytes(key, body.memberKey) ? undefined : 'the certificate is over another key';
}

/** The strict form of every kind's body. */
export const BODY_FIELDS: { readonly [K in RecordKind]: Field<Bodies[K]> } = {
  user: shape({ n: count(1), label }),
  credential: shape({
    n: count(1),
    setup: count(1),
    registration: bytes(1, SEALED_BYTES_MAX),
    wrapByPassword: sealed,
    passwordProofHash: bytes(HASH_BYTES),
    wrapByRecovery: sealed,
    recoveryProofHash: bytes(HASH_BYTES),
    previous: optional(previous),
  }),
  secret: shape({
    purpose: oneOf('identity', 'member', 'authority'),
    id: text('a group id or empty', (read) => /^([0-9a-f]{64})?$/.test(read)),
    sealed,
  }),
  name: shape({ label }),
  group: shape({ genesis: bytes(1, 8192), epochs: list(epoch, EPOCHS_MAX) }),
  ended: shape({ epoch: int(0, EPOCHS_MAX) }),
  request,
  left: shape({ n: count(1) }),
  grant,
  share: checked(
    shape<ShareBody>({
      n: count(1),
      offered: flag,
      name: checked(
        text('text', () => true),
        shareNameFault,
      ),
      size: int(0, Number.MAX_SAFE_INTEGER),
      files: int(1, SHARE_FILES_MAX),
      root: optional(bytes(HASH_BYTES)),
      copy: optional(flag),
    }),
    ({ root, files, size }) => (root && (files > 1 || size === 0) ? 'a root of no single file' : undefined),
  ),
};
