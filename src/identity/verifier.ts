import { availableParallelism } from 'node:os';
import { workerUrl } from '../base/index.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify } from './keys.ts';
import { packChecks, type SignatureCheck } from './signature-batch.ts';
import { WorkerCalls } from './worker-calls.ts';

/** Checks that are done on the spot: sending them to a worker would take as long. */
const INLINE_MAX = 4;
/** Checks in one message to a worker: about 25 ms of work. */
const BATCH_CHECKS = 256;
const WORKERS_MAX = 4;

/** Checks many signatures at once, away from the event loop. */
export interface Verifier {
  /** One answer per check, in order. The caller bounds how much it asks for at a time. */
  verify(checks: readonly SignatureCheck[]): Promise<boolean[]>;
  /** Ends the workers; what is under way is rejected. Idempotent. */
  close(): Promise<void>;
}

/** Workers start when first needed, and don't keep the process alive while idle. */
export function openVerifier(workers = Math.min(availableParallelism(), WORKERS_MAX)): Verifier {
  return new WorkerVerifier(workers);
}

type Thread = WorkerCalls<Uint8Array, boolean[]>;

class WorkerVerifier implements Verifier {
  readonly #threads: Thread[];
  #next = 0;
  #closing: Promise<void> | undefined;

  constructor(workers: number) {
    const url = workerUrl(import.meta.url, 'signature-worker');
    this.#threads = Array.from({ length: workers }, () => new WorkerCalls(url));
  }

  async verify(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    if (this.#closing) throw new Error('verifier is closed');
    if (checks.length <= INLINE_MAX) return checks.map((check) => holds(check));
    const batches: Promise<boolean[]>[] = [];
    for (let at = 0; at < checks.length; at += BATCH_CHECKS) {
      batches.push(verifyIn(this.#pickThread(), checks.slice(at, at + BATCH_CHECKS)));
    }
    return (await Promise.all(batches)).flat();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  #pickThread(): Thread {
    this.#next = (this.#next + 1) % this.#threads.length;
    return this.#threads[this.#next] as Thread;
  }

  async #shutDown(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

async function verifyIn(thread: Thread, checks: readonly SignatureCheck[]): Promise<boolean[]> {
  const batch = packChecks(checks.filter(hasProperLengths));
  const held = (await thread.ask(batch, [batch.buffer])).values();
  return checks.map((check) => hasProperLengths(check) && held.next().value === true);
}

const hasProperLengths = ({ publicKey, signature }: SignatureCheck): boolean =>
  publicKey.length === PUBLIC_KEY_BYTES && signature.length === SIGNATURE_BYTES;

const holds = ({ publicKey, message, signature }: SignatureCheck): boolean =>
  verify(publicKey, message, signature);
