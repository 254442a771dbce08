import { checkServerIdentity } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import {
  type CallInput,
  type CallResult,
  type Endpoint,
  type TrackerAddress,
  apiErrorSchema,
} from '../../api/index.ts';
import { CommandError, systemCode } from '../../base/index.ts';
import { type SseEvent, SseDecoder } from './sse-decoder.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** A tracker waits at most 1 s for a second copy of a record; all else is quicker. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Trackers write a comment every 3 s into an event stream: silence for longer than this means a dead one. */
const STREAM_SILENCE_MS = 10_000;
/** A page of 256 records of 64 KiB in base64url. */
const ANSWER_BYTES_MAX = 24 * 1024 * 1024;
const ERROR_TEXT_CHARS_MAX = 1_000;

/** With what a client proves to a tracker who it is: a certificate over its identity key that it signed itself. */
export interface ClientIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/**
 * This tracker gave no usable answer (refused, gone, too slow, nonsense): another one may. Whether it carried out
 * the call is unknown, so what is called must bear being repeated.
 */
export class TrackerUnreachable extends Error {
  override readonly name = 'TrackerUnreachable';
}

/** This tracker's TLS certificate is not from the pinned authority, or not for its address. */
export class TrackerUntrusted extends Error {
  override readonly name = 'TrackerUntrusted';
}

/** What a call needs of its input: what the endpoint takes, and nothing for what it doesn't. */
export type Input<E extends Endpoint> = Partial<CallInput<E>>;

/** HTTPS to one tracker, as one user or as nobody. Connections are opened when needed and kept for the next call. */
export class TrackerConnection {
  readonly tracker: TrackerAddress;
  readonly #pool: Pool;

  /** `caPem` undefined: any certificate is taken, only good for asking which cluster this claims to be. */
  constructor(tracker: TrackerAddress, caPem: string | undefined, identity: ClientIdentity | undefined) {
    this.tracker = tracker;
    this.#pool = new Pool(`https://${tracker.text}`, {
      connections: 8,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      maxResponseSize: -1,
      connect: {
        ...(caPem === undefined ? { rejectUnauthorized: false } : { ca: caPem }),
        ...(identity && { cert: identity.certificatePem, key: identity.privateKeyPem }),
        timeout: CONNECT_TIMEOUT_MS,
        maxCachedSessions: 0,
        minVersion: 'TLSv1.3',
        checkServerIdentity: (_host, certificate) => checkServerIdentity(tracker.host, certificate),
      },
    });
  }

  /**
   * One call. Rejects with the CommandError that the tracker answered, or with TrackerUnreachable or
   * TrackerUntrusted.
   */
  async call<E extends Endpoint>(endpoint: E, input: Input<E>, signal?: AbortSignal): Promise<CallResult<E>> {
    const post = endpoint.method === 'post';
    const response = await this.#request({
      path: pathOf(endpoint.path, input.params, input.query),
      method: post ? 'POST' : 'GET',
      ...(post && {
        body: JSON.stringify(input.body ?? {}),
        headers: { 'content-type': 'application/json' },
      }),
      ...(signal && { signal }),
    });
    const text = await this.#readText(response);
    if (response.statusCode !== 200) throw this.#errorOf(response.statusCode, text);
    const result = endpoint.result.safeParse(parseJson(text));
    if (!result.success)
      throw new TrackerUnreachable(`${this.tracker.text} gave an answer that is not of this protocol`);
    return result.data as CallResult<E>;
  }

  /** The event stream at `path`, until it ends (which is always a failure of tracker or network) or `signal` aborts. */
  async *events(path: string, signal: AbortSignal): AsyncGenerator<SseEvent> {
    const response = await this.#request({
      path,
      method: 'GET',
      headers: { accept: 'text/event-stream' },
      bodyTimeout: STREAM_SILENCE_MS,
      signal,
    });
    if (response.statusCode !== 200) throw this.#errorOf(response.statusCode, await this.#readText(response));
    const decoder = new SseDecoder();
    const utf8 = new TextDecoder();
    try {
      for await (const chunk of response.body)
        yield* decoder.push(utf8.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      throw this.#unreachable(error);
    }
    throw new TrackerUnreachable(`${this.tracker.text} ended the stream`);
  }

  /** Calls under way fail with TrackerUnreachable. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #request(options: Omit<Dispatcher.RequestOptions, 'origin'>): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#pool.request(options);
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #readText(response: Dispatcher.ResponseData): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body) {
        chunks.push(chunk as Uint8Array);
        size += (chunk as Uint8Array).length;
        if (size > ANSWER_BYTES_MAX) throw new Error('answer too long');
      }
    } catch (error) {
      throw this.#unreachable(error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #errorOf(status: number, text: string): Error {
    const parsed = apiErrorSchema.safeParse(parseJson(text));
    if (status >= 500 || !parsed.success)
      return new TrackerUnreachable(`${this.tracker.text} failed with HTTP status ${status}`);
    const { code, text: said } = parsed.data.error;
    return new CommandError(code, said.slice(0, ERROR_TEXT_CHARS_MAX));
  }

  #unreachable(error: unknown): Error {
    const code = systemCode(error);
    if (code !== undefined && UNTRUSTED_CODES.has(code))
      return new TrackerUntrusted(`${this.tracker.text}: ${messageOf(error)}`, { cause: error });
    const what = REASONS[code ?? ''] ?? code ?? messageOf(error);
    return new TrackerUnreachable(`${this.tracker.text} ${what}`, { cause: error });
  }
}

/** What the commonest failures mean to people. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke off the connection',
  EHOSTUNREACH: 'is not reachable from here',
  ENETUNREACH: 'is not reachable from here',
  UND_ERR_ABORTED: 'was given up',
  UND_ERR_BODY_TIMEOUT: 'fell silent',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_DESTROYED: 'was given up',
  UND_ERR_HEADERS_TIMEOUT: 'does not answer',
  UND_ERR_SOCKET: 'broke off the connection',
};

/** How Node names certificates that it did not accept. */
const UNTRUSTED_CODES = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function pathOf(template: string, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Record<string, string>;
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const pairs = Object.entries((query ?? {}) as Record<string, string | undefined>).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
