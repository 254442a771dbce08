import { Agent, type IncomingMessage, request } from 'node:http';
import {
  type LocalCall,
  type LocalEndpoint,
  type LocalInput,
  type LocalResult,
  localApi,
  localError,
  localRoute,
} from '../api/index.ts';
import { CommandError } from '../base/index.ts';

const CONNECTIONS_MAX = 32;
const LINE_CHARS_MAX = 64 * 2 ** 20;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: unknown) => void;
}

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Asks a node at its socket. Every call rejects with what the node says, or NO_NODE where there is none any more. */
export class LocalClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async call<Name extends LocalCall>(
    name: Name,
    input: LocalInput<Name>,
    options: CallOptions = {},
  ): Promise<LocalResult<Name>> {
    const { method, path } = localRoute(name);
    const target = method === 'GET' ? `${path}${queryOf(input)}` : path;
    const post = {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    };
    const endpoint: LocalEndpoint = localApi[name];
    const answer = await this.open(method, target, { ...(method === 'POST' && post) }, options.signal);
    try {
      const line = await lastLine(answer, options.onProgress);
      if (answer.statusCode !== 200) throw errorIn(line);
      const value = endpoint.progress === undefined ? line : resultIn(line);
      return checked(endpoint, value) as LocalResult<Name>;
    } catch (error) {
      throw lost(error, options.signal);
    }
  }

  /** The answer to a request, its body unread. It may take as long as its work does: a node that dies closes its connections. */
  open(
    method: string,
    path: string,
    { headers = {}, body }: Sent,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const options = { method, path, headers, agent: this.#agent, socketPath: this.#socketPath };
    return new Promise((resolve, reject) => {
      const asked = request({ ...options, ...(signal && { signal }) }, resolve);
      asked.on('error', (error) => reject(lost(error, signal)));
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function queryOf(input: object): string {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

/** Of an answer in lines, the last; those before tell how far it is. */
async function lastLine(
  answer: IncomingMessage,
  onProgress: ((progress: unknown) => void) | undefined,
): Promise<unknown> {
  answer.setEncoding('utf8');
  let rest: string[] = [];
  let length = 0;
  let last: unknown;
  for await (const text of answer as AsyncIterable<string>) {
    rest.push(text);
    length += text.length;
    if (length > LINE_CHARS_MAX) throw new Error('an answer of the node is too long');
    if (!text.includes('\n')) continue;
    const lines = rest.join('').split('\n');
    rest = [lines.pop() ?? ''];
    length = rest[0]?.length ?? 0;
    for (const line of lines) {
      last = JSON.parse(line);
      if (onProgress && isObject(last) && 'progress' in last) onProgress(last['progress']);
    }
  }
  if (last === undefined) throw new Error('the node did not answer');
  return last;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function resultIn(line: unknown): unknown {
  if (isObject(line) && 'result' in line) return line['result'];
  throw errorIn(line);
}

function errorIn(line: unknown): Error {
  const parsed = localError.safeParse(line);
  if (!parsed.success) return otherVersion();
  return new CommandError(parsed.data.error.code, parsed.data.error.text);
}

function checked({ result }: LocalEndpoint, value: unknown): unknown {
  const parsed = result.safeParse(value);
  if (parsed.success) return parsed.data;
  throw otherVersion();
}

const otherVersion = (): CommandError =>
  new CommandError(
    'CONFLICT',
    'the node is of another version: restart it with `mbt node stop`, then `mbt node start`',
  );

/** What became of a call that was not answered. */
function lost(error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof CommandError) return error;
  if (signal?.aborted) return new CommandError('INTERRUPTED', 'interrupted', { cause: error });
  return new CommandError('NO_NODE', 'the node has ended: start it anew with `mbt node start`', {
    cause: error,
  });
}
