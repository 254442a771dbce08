import { sha256Hex, utf8, type GroupId, type UserId } from '../base/index.ts';
import { sign, userIdOf, verify, type KeyPair, type SignatureCheck } from '../identity/index.ts';
import { buildRecord, encodeBody } from './envelope.ts';
import { RecordFault } from './fault.ts';
import { chainChecks, readGenesis } from './group-chain.ts';
import type { Draft, RecordKind, RecordOf, SignedRecord } from './kinds.ts';

/**
 * Signs `draft` with the identity key of the user whom its key names. `clusterId` is signed along, so that the record
 * means nothing elsewhere. Throws RecordFault if the draft breaks a rule.
 */
export function signRecord<K extends RecordKind>(
  draft: Draft<K>,
  identity: KeyPair,
  clusterId: string,
): RecordOf<K> {
  const bodyBytes = encodeBody(draft.kind, draft.body);
  const statement = recordStatement(draft.kind, draft.key, bodyBytes, clusterId);
  const signature = sign(identity.privateKey, statement);
  const record: SignedRecord = buildRecord({
    authorKey: identity.publicKey,
    key: draft.key,
    bodyBytes,
    signature,
  });
  if (record.kind !== draft.kind) throw new RecordFault(`record: ${draft.key} is no key of a ${draft.kind}`);
  return record as SignedRecord & RecordOf<K>;
}

/** `claim` with the time at which a tracker of the cluster took it in, ms since 1970. */
export function stampRecord(
  claim: RecordOf<'name'>,
  ms: number,
  cluster: { readonly id: string; readonly key: KeyPair },
): RecordOf<'name'> {
  const signature = sign(cluster.key.privateKey, stampStatement(claim, ms, cluster.id));
  return buildRecord(claim, { ms, clusterKey: cluster.key.publicKey, signature }) as RecordOf<'name'>;
}

/** What a member key signs (`RequestBody.possession`): nobody can ask for a certificate over another's key. */
export const possessionStatement = (gid: GroupId, uid: UserId, n: number): Uint8Array =>
  utf8(`mbt member key 1\n${gid}\n${uid}\n${n}\n`);

/** Whether everything in `record` is signed by whom it says, for the cluster of this id. */
export function verifyRecord(record: SignedRecord, clusterId: string): boolean {
  const checks = signatureChecks(record, clusterId);
  return checks?.every((check) => verify(check.publicKey, check.message, check.signature)) ?? false;
}

/** All signatures that must hold for `record`; undefined if it belongs to another cluster. */
export function signatureChecks(record: SignedRecord, clusterId: string): SignatureCheck[] | undefined {
  const more = kindChecks(record, clusterId);
  const message = recordStatement(record.kind, record.key, record.bodyBytes, clusterId);
  return more && [{ publicKey: record.authorKey, message, signature: record.signature }, ...more];
}

function kindChecks(record: SignedRecord, clusterId: string): SignatureCheck[] | undefined {
  switch (record.kind) {
    case 'name':
      return stampChecks(record, clusterId);
    case 'group':
      return readGenesis(record.body.genesis).cluster === clusterId ? chainChecks(record) : undefined;
    case 'request': {
      const { memberKey, possession, n } = record.body;
      const message = possessionStatement(record.parts.gid, record.author, n);
      return [{ publicKey: memberKey, message, signature: possession }];
    }
    default:
      return [];
  }
}

function stampChecks(claim: RecordOf<'name'>, clusterId: string): SignatureCheck[] | undefined {
  const { stamp } = claim;
  if (stamp === undefined) return [];
  if (userIdOf(stamp.clusterKey) !== clusterId) return undefined;
  const message = stampStatement(claim, stamp.ms, clusterId);
  return [{ publicKey: stamp.clusterKey, message, signature: stamp.signature }];
}

function recordStatement(
  kind: RecordKind,
  key: string,
  bodyBytes: Uint8Array,
  clusterId: string,
): Uint8Array {
  return Buffer.concat([utf8(`mbt record 1\n${clusterId}\n${kind}\n${key}\n`), bodyBytes]);
}

const stampStatement = (claim: RecordOf<'name'>, ms: number, clusterId: string): Uint8Array =>
  utf8(`mbt stamp 1\n${clusterId}\n${claim.key}\n${sha256Hex(claim.bodyBytes)}\n${ms}\n`);
