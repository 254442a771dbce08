import type { z } from 'zod';
import { type LocalCall, type LocalEndpoint, localApi, localPaths } from '../api/index.ts';
import { type Clock, CommandError, type Logger } from '../base/index.ts';
import type { CallContext, Handlers } from './call-context.ts';
import { bodyOf, type Exchange } from './exchange.ts';
import { readJson } from './read-body.ts';
import { Refusal } from './refusal.ts';

/** Progress is told at most so often. */
const PROGRESS_MS = 100;
/** What is wrong with a body is told one by one, to so many. */
const ISSUES_MAX = 8;

const names = new Map(
  Object.entries(localPaths).map(([name, route]) => [route as string, name as LocalCall]),
);

/** The call at a method and path, if there is one. */
export const callAt = (method: string, path: string): LocalCall | undefined => names.get(`${method} ${path}`);

/** Answers calls: reads and checks what is asked, has it done, and writes the answer. */
export class CallServer {
  readonly #handlers: Handlers;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(handlers: Handlers, clock: Clock, log: Logger) {
    this.#handlers = handlers;
    this.#clock = clock;
    this.#log = log;
  }

  /** `cookie`: how to give this browser a secret; `secret`: the one it has. Throws CommandError where nothing is answered yet. */
  async serve(
    name: LocalCall,
    exchange: Exchange,
    secret: string | undefined,
    setCookie: CallContext['setCookie'],
  ): Promise<void> {
    const endpoint: LocalEndpoint = localApi[name];
    if (endpoint.access === 'socket' && exchange.door !== 'socket')
      throw new Refusal(403, 'NOT_ALLOWED', 'the page may not do this: use `mbt` at a terminal');
    const given = await this.#read(name, exchange);
    const input = checkInput(endpoint, given);
    const lines = new ProgressLines(exchange, this.#clock, endpoint.progress !== undefined);
    const call: CallContext = {
      door: exchange.door,
      secret,
      signal: exchange.signal,
      setCookie,
      progress: (value) => lines.progress(value),
    };
    try {
      const handle = this.#handlers[name] as (input: unknown, call: CallContext) => Promise<unknown>;
      lines.end(await handle(input, call));
    } catch (error) {
      lines.fail(toCommandError(error, name, this.#log));
    }
  }

  async #read(name: LocalCall, exchange: Exchange): Promise<unknown> {
    if (exchange.method === 'GET') return queryOf(exchange.url);
    return readJson(exchange, localApi[name].bodyBytesMax, this.#clock);
  }
}

/** An expected failure as it is; anything else is a bug, which the log tells and the caller does not see. */
export function toCommandError(error: unknown, what: string, log: Logger): CommandError {
  if (error instanceof CommandError) return error;
  log.error('local.failed', { what, error: error instanceof Error ? error.stack : String(error) });
  return new CommandError('INTERNAL', 'this should not happen, please report it; the log says more');
}

function queryOf(url: URL): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (Object.hasOwn(query, name))
      throw new Refusal(400, 'INVALID_ARGUMENTS', `${name.slice(0, 50)}: given twice`);
    query[name] = value;
  }
  return query;
}

function checkInput(endpoint: LocalEndpoint, given: unknown): unknown {
  const parsed = endpoint.input.safeParse(given);
  if (!parsed.success) throw new Refusal(400, 'INVALID_ARGUMENTS', describeIssues(parsed.error));
  const { shape } = endpoint.input as z.ZodObject;
  const unknown = Object.keys(given as object).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined)
    throw new Refusal(400, 'INVALID_ARGUMENTS', `${unknown.slice(0, 50)}: this call has no such field`);
  return parsed.data;
}

function describeIssues(error: z.ZodError): string {
  const lines = error.issues
    .slice(0, ISSUES_MAX)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message.replace(/^Invalid input: /, '')}`);
  return lines.join('; ').slice(0, 500);
}

/** An answer that may be preceded by lines that tell how far it is. */
class ProgressLines {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #tells: boolean;
  #toldAtMs = -Infinity;

  constructor(exchange: Exchange, clock: Clock, tells: boolean) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#tells = tells;
  }

  progress(value: unknown): void {
    const nowMs = this.#clock.nowMs();
    const { response } = this.#exchange;
    if (
      !this.#tells ||
      nowMs - this.#toldAtMs < PROGRESS_MS ||
      response.destroyed ||
      response.writableNeedDrain
    )
      return;
    this.#toldAtMs = nowMs;
    this.#begin();
    response.write(`${JSON.stringify({ progress: value })}\n`);
  }

  end(result: unknown): void {
    if (!this.#tells) return this.#exchange.answerJson(200, result);
    this.#begin();
    this.#exchange.response.end(`${JSON.stringify({ result })}\n`);
  }

  /** Before anything was told it is an answer with a status of its own. */
  fail(error: CommandError): void {
    const { response } = this.#exchange;
    if (response.headersSent) response.end(`${JSON.stringify(bodyOf(error))}\n`);
    else this.#exchange.answerError(error);
  }

  #begin(): void {
    const { response } = this.#exchange;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  }
}
