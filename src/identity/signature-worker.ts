import { parentPort } from 'node:worker_threads';
import { verify } from './keys.ts';
import { unpackChecks } from './signature-batch.ts';
import type { WorkerAnswer, WorkerCall } from './worker-calls.ts';

parentPort?.on('message', ({ id, work }: WorkerCall<Uint8Array>) => {
  const result = unpackChecks(work).map((check) => verify(check.publicKey, check.message, check.signature));
  parentPort?.postMessage({ id, result } satisfies WorkerAnswer<boolean[]>);
});
