/** A thread that does nothing but hash the 16 KiB blocks of its part of shared memory, again and again when told. */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

const BLOCK_BYTES = 16 * 1024;
const bytes = workerData as Uint8Array;

parentPort?.on('message', () => {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    hash('sha256', bytes.subarray(at, at + BLOCK_BYTES), 'binary');
  }
  parentPort?.postMessage('done');
});
