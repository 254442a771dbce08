import { parentPort } from 'node:worker_threads';
import { client, ready } from '@serenity-kit/opaque';
import type { OpaqueResult, OpaqueWork } from './opaque-client.ts';
import type { WorkerAnswer, WorkerCall } from './worker-calls.ts';

/** Argon2id over 64 MiB, three times. The library's `rfc-recommended` takes 2 GB and 9 s. */
const KEY_STRETCHING = 'memory-constrained';

parentPort?.on('message', (call: WorkerCall<OpaqueWork>) => void answer(call));

async function answer({ id, work }: WorkerCall<OpaqueWork>): Promise<void> {
  await ready;
  const reply: WorkerAnswer<OpaqueResult> = { id, result: attempt(work) };
  parentPort?.postMessage(reply);
}

/** The library throws for every answer of a tracker that it cannot read. */
function attempt(work: OpaqueWork): OpaqueResult {
  try {
    return run(work) as OpaqueResult;
  } catch {
    return undefined;
  }
}

function run(work: OpaqueWork): object | undefined {
  switch (work.step) {
    case 'startRegistration':
      return client.startRegistration({ password: work.password });
    case 'finishRegistration':
      return client.finishRegistration({ ...work, keyStretching: KEY_STRETCHING });
    case 'startLogin':
      return client.startLogin({ password: work.password });
    case 'finishLogin':
      return client.finishLogin({ ...work, keyStretching: KEY_STRETCHING });
  }
}
