import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { systemClock } from '../../src/base/index.ts';
import type { CallInput, CallResult, Endpoint } from '../../src/api/index.ts';
import { identityCertificate, toPem, type KeyPair } from '../../src/identity/index.ts';

/** An answer of a tracker: its HTTP status, and the body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Calls one tracker as a user, or as nobody. */
export class TrackerCaller {
  readonly #origin: string;
  readonly #agent: Agent;

  private constructor(port: number, tls: { cert: string; key: string } | undefined) {
    this.#origin = `https://127.0.0.1:${port}`;
    this.#agent = new Agent({ connect: { rejectUnauthorized: false, maxCachedSessions: 0, ...tls } });
  }

  static async open(port: number, identity?: KeyPair): Promise<TrackerCaller> {
    if (!identity) return new TrackerCaller(port, undefined);
    const cert = await identityCertificate(identity, systemClock.wallMs());
    return new TrackerCaller(port, { cert, key: toPem(identity.privateKey, 'PRIVATE KEY') });
  }

  static withCertificate(port: number, cert: string, key: string): TrackerCaller {
    return new TrackerCaller(port, { cert, key });
  }

  /** The result; an error with code and text where the tracker refuses. */
  async call<E extends Endpoint>(endpoint: E, input: Partial<CallInput<E>> = {}): Promise<CallResult<E>> {
    const answer = await this.ask(endpoint, input);
    if (answer.status === 200) return endpoint.result.parse(answer.body) as CallResult<E>;
    const { error } = answer.body as { error: { code: string; text: string; retryAfterMs?: number } };
    throw Object.assign(new Error(error.text), error, { status: answer.status });
  }

  async ask<E extends Endpoint>(endpoint: E, input: Partial<CallInput<E>> = {}): Promise<Answer> {
    const params = (input.params ?? {}) as Record<string, string>;
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    const query = new URLSearchParams((input.query ?? {}) as Record<string, string>).toString();
    const where = query === '' ? path : `${path}?${query}`;
    return endpoint.method === 'get'
      ? this.send('GET', where)
      : this.send('POST', where, JSON.stringify(input.body ?? {}));
  }

  /** Anything at all. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body?: string | AsyncIterable<Uint8Array>,
  ): Promise<Answer> {
    const response = await request(`${this.#origin}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : Readable.from(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** The events of the tracker's stream, until the caller stops reading. */
  async *events(): AsyncGenerator<{ type: string; data: unknown }> {
    const response = await request(`${this.#origin}/v1/events`, {
      dispatcher: this.#agent,
      bodyTimeout: 30_000,
    });
    if (response.statusCode !== 200) throw new Error(await response.body.text());
    let text = '';
    for await (const chunk of response.body) {
      text += String(chunk);
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        if (type !== undefined && data !== undefined) yield { type, data: JSON.parse(data) };
      }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
