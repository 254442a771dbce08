import { sha256Hex } from '../base/index.ts';
import { encode } from '../bencode/index.ts';
import { hasKeyForm, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, userIdOf } from '../identity/index.ts';
import { BODY_FIELDS } from './bodies.ts';
import { RecordFault } from './fault.ts';
import { chainFault } from './group-chain.ts';
import { RECORD_BYTES_MAX, type Bodies, type RecordKind, type SignedRecord, type Stamp } from './kinds.ts';
import { foldLabel } from './label.ts';
import { parseKey, type ParsedKey } from './record-key.ts';
import { bytes, int, optional, readBencoded, shape, text, type Field } from './schema.ts';

/** The outer dictionary; one-letter names, as every record carries them. */
interface Envelope {
  /** Author's public key. */
  readonly a: Uint8Array;
  /** Body, bencoded. */
  readonly b: Uint8Array;
  /** Key. */
  readonly k: string;
  /** Signature. */
  readonly s: Uint8Array;
  /** Stamp of a name claim: time, cluster's key, signature. */
  readonly t?: StampFields;
}
interface StampFields {
  readonly k: Uint8Array;
  readonly m: number;
  readonly s: Uint8Array;
}

const stampField: Field<StampFields> = shape<StampFields>({
  k: bytes(PUBLIC_KEY_BYTES),
  m: int(0, Number.MAX_SAFE_INTEGER),
  s: bytes(SIGNATURE_BYTES),
});
const envelopeField: Field<Envelope> = shape<Envelope>({
  a: bytes(PUBLIC_KEY_BYTES),
  b: bytes(1, RECORD_BYTES_MAX),
  k: text('a record key', (key) => parseKey(key) !== undefined),
  s: bytes(SIGNATURE_BYTES),
  t: optional(stampField),
});

/**
 * A record from the bytes that somebody sent: size, form, schema, and that key, body and author agree. Signatures are
 * for `verifyRecord`. Throws RecordFault, and nothing else, whatever the bytes.
 */
export function decodeRecord(input: Uint8Array): SignedRecord {
  if (input.length > RECORD_BYTES_MAX) throw new RecordFault(`record: ${input.length} bytes`);
  const envelope = readBencoded(envelopeField, input, 'record');
  return assemble(envelope, input.slice());
}

/** The record that consists of these parts, with the same checks as one that came from outside. */
export function buildRecord(
  parts: { authorKey: Uint8Array; key: string; bodyBytes: Uint8Array; signature: Uint8Array },
  stamp?: Stamp,
): SignedRecord {
  const t = stamp && { t: { k: stamp.clusterKey, m: stamp.ms, s: stamp.signature } };
  const envelope = { a: parts.authorKey, b: parts.bodyBytes, k: parts.key, s: parts.signature, ...t };
  return decodeRecord(encode(envelopeField.write(envelope)));
}

/** A body as it is signed. */
export const encodeBody = <K extends RecordKind>(kind: K, body: Bodies[K]): Uint8Array =>
  encode(BODY_FIELDS[kind].write(body));

function assemble(envelope: Envelope, input: Uint8Array): SignedRecord {
  const parsed = parseKey(envelope.k);
  if (parsed === undefined) throw new RecordFault('record: no such key');
  if (!hasKeyForm(envelope.a)) throw new RecordFault('record.a: not a P-256 key');
  if (userIdOf(envelope.a) !== parsed.parts.author)
    throw new RecordFault('record: the key names another author');
  if (envelope.t && parsed.kind !== 'name') throw new RecordFault('record.t: only names are stamped');
  const body: unknown = readBencoded<unknown>(BODY_FIELDS[parsed.kind], envelope.b, parsed.kind);
  const record = {
    kind: parsed.kind,
    key: envelope.k,
    parts: parsed.parts,
    author: parsed.parts.author,
    authorKey: envelope.a,
    body,
    signature: envelope.s,
    ...(envelope.t && { stamp: { ms: envelope.t.m, clusterKey: envelope.t.k, signature: envelope.t.s } }),
    hash: recordHash(parsed, envelope),
    bodyBytes: envelope.b,
    bytes: input,
  } as SignedRecord;
  const fault = agreementFault(record);
  if (fault !== undefined) throw new RecordFault(`${record.kind}: ${fault}`);
  return record;
}

/** The author's signature is left out: one who signs the same twice has said one thing. So is the stamp's. */
function recordHash(parsed: ParsedKey, envelope: Envelope): string {
  const stampMs = envelope.t === undefined ? '-' : String(envelope.t.m);
  return sha256Hex(`mbt record hash 1\n${parsed.kind}\n${envelope.k}\n${stampMs}\n`, envelope.b);
}

/** Why key and body contradict each other, if they do. */
function agreementFault(record: SignedRecord): string | undefined {
  switch (record.kind) {
    case 'name':
      return foldLabel(record.body.label) === record.parts.folded ? undefined : 'the key names another label';
    case 'secret':
      return (record.body.purpose === 'identity') === (record.body.id === '')
        ? undefined
        : 'purpose and id do not fit';
    case 'credential':
      return (record.body.n === 1) === (record.body.previous === undefined)
        ? undefined
        : 'number and previous do not fit';
    case 'group':
      return chainFault(record);
    default:
      return undefined;
  }
}
