import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './keys.ts';

/** One signature that must hold. */
export interface SignatureCheck {
  /** SPKI, DER. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + PUBLIC_KEY_BYTES + SIGNATURE_BYTES;

/**
 * Many checks in one block of memory that can be handed to a worker: sent one by one, each would drag the whole buffer
 * along that it is a view of. Keys and signatures must have their proper length.
 */
export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const size = checks.reduce((sum, { message }) => sum + HEAD_BYTES + message.length, 0);
  const batch = new Uint8Array(size);
  const lengths = new DataView(batch.buffer);
  let at = 0;
  for (const { publicKey, message, signature } of checks) {
    lengths.setUint32(at, message.length);
    batch.set(publicKey, at + LENGTH_BYTES);
    batch.set(signature, at + LENGTH_BYTES + PUBLIC_KEY_BYTES);
    batch.set(message, at + HEAD_BYTES);
    at += HEAD_BYTES + message.length;
  }
  return batch;
}

export function unpackChecks(batch: Uint8Array): SignatureCheck[] {
  const lengths = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const checks: SignatureCheck[] = [];
  for (let at = 0; at < batch.length;) {
    const start = at + HEAD_BYTES;
    const end = start + lengths.getUint32(at);
    checks.push({
      publicKey: batch.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + PUBLIC_KEY_BYTES),
      signature: batch.subarray(start - SIGNATURE_BYTES, start),
      message: batch.subarray(start, end),
    });
    at = end;
  }
  return checks;
}
