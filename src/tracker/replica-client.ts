import type { TLSSocket } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { CallInput, CallResult, Endpoint, TrackerAddress } from '../api/index.ts';
import { trackerCertificateFault } from '../identity/index.ts';
import type { Clock } from '../base/index.ts';
import type { replicaApi } from './replica-contract.ts';
import type { TrackerCredentials } from './tracker-credentials.ts';

const CONNECT_TIMEOUT_MS = 1_000;
/** One exchange: some hundred records, checked and stored. */
const ANSWER_TIMEOUT_MS = 10_000;
/** A page of a few MiB of records, or the list of 256 buckets of a very large store. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** The other tracker is of another cluster, or its certificate is not in force by our clock. */
export class StrangeTracker extends Error {
  override readonly name = 'StrangeTracker';
}

/** How one tracker calls another. */
export interface ReplicaClient {
  call<E extends (typeof replicaApi)[keyof typeof replicaApi]>(
    endpoint: E,
    body: CallInput<E>['body'],
    signal: AbortSignal,
  ): Promise<CallResult<E>>;
  close(): Promise<void>;
}

/** Mutual TLS to another tracker of the cluster: no byte of a call is sent before its certificate was checked. */
export function openReplicaClient(
  tracker: TrackerAddress,
  credentials: () => TrackerCredentials,
  clock: Clock,
): ReplicaClient {
  const pool = new Pool(`https://${tracker.text}`, {
    connections: 3,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    connect: checkedConnector(credentials, clock),
  });
  return {
    async call(endpoint, body, signal) {
      const response = await pool.request({
        path: endpoint.path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      const text = await readText(response.body);
      if (response.statusCode === 403) throw new StrangeTracker(text.slice(0, 300));
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`);
      return resultOf(endpoint, text);
    },
    close: () => pool.destroy(),
  };
}

function resultOf<E extends Endpoint>(endpoint: E, text: string): CallResult<E> {
  const result = endpoint.result.safeParse(JSON.parse(text));
  if (!result.success) throw new Error(`an answer to ${endpoint.path} is malformed`);
  return result.data as CallResult<E>;
}

function checkedConnector(credentials: () => TrackerCredentials, clock: Clock): buildConnector.connector {
  return (options, callback) => {
    const { caPem, certificatePem, keyPem } = credentials();
    const connect = buildConnector({
      cert: certificatePem,
      key: keyPem,
      // The check is our own, below: Node's would ask for names, and say less about what is wrong.
      rejectUnauthorized: false,
      maxCachedSessions: 0,
      minVersion: 'TLSv1.3',
      timeout: CONNECT_TIMEOUT_MS,
    });
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      const der = (socket as TLSSocket).getPeerX509Certificate()?.raw ?? new Uint8Array();
      const fault = trackerCertificateFault(der, caPem, clock.wallMs());
      if (fault === undefined) return callback(null, socket);
      socket.destroy();
      return callback(new StrangeTracker(fault), null);
    });
  };
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('an answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
