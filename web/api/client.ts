import type { LocalInput, LocalResult } from '../../src/api/local/contract.ts';
import { localPaths, type LocalCall } from '../../src/api/local/paths.ts';
import type { ErrorCode } from '../../src/base/errors.ts';
import { signal } from '@preact/signals';
import { readLines } from './lines.ts';
import { keyHeader } from './page-key.ts';

/** What went wrong with a call: a code of the node, or that it could not be asked at all. */
export type FailureCode = ErrorCode | 'NO_CONNECTION' | 'NO_SESSION' | 'BAD_ANSWER';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: FailureCode;
  constructor(code: FailureCode, text: string) {
    super(text);
    this.code = code;
  }
}

/** Whether this browser holds a session: `none` once the node has refused us. */
export const session = signal<'unknown' | 'open' | 'none'>('unknown');

export type Progress = { readonly doneBytes: number; readonly totalBytes: number };

/** Asks the node. Rejects with ApiError, or with the signal's reason where it was aborted. */
export async function call<Name extends LocalCall>(
  name: Name,
  input: LocalInput<Name>,
  more: { readonly signal?: AbortSignal } = {},
): Promise<LocalResult<Name>> {
  const response = await send(name, input, more.signal);
  return (await bodyOf(response, more.signal)) as LocalResult<Name>;
}

/** A call that tells how far it is before it answers. Aborting `signal` ends the work in the node, too. */
export async function callWithProgress<Name extends LocalCall>(
  name: Name,
  input: LocalInput<Name>,
  onProgress: (progress: Progress) => void,
  more: { readonly signal?: AbortSignal } = {},
): Promise<LocalResult<Name>> {
  const response = await send(name, input, more.signal);
  if (!response.body) throw badAnswer();
  for await (const line of answerLines(response.body, more.signal)) {
    const told = JSON.parse(line) as {
      progress?: Progress;
      result?: LocalResult<Name>;
      error?: { code: ErrorCode; text: string };
    };
    if (told.error) throw new ApiError(told.error.code, told.error.text);
    if (told.progress) onProgress(told.progress);
    if (told.result !== undefined) return told.result;
  }
  throw brokenOff();
}

async function* answerLines(
  body: ReadableStream<Uint8Array>,
  abort: AbortSignal | undefined,
): AsyncGenerator<string> {
  try {
    yield* readLines(body);
  } catch (error) {
    throw abort?.aborted ? error : brokenOff();
  }
}

async function send(name: LocalCall, input: unknown, abort: AbortSignal | undefined): Promise<Response> {
  const [method, path] = localPaths[name].split(' ') as ['GET' | 'POST', string];
  const init: PageRequest = { method, headers: { accept: 'application/json' } };
  if (abort) init.signal = abort;
  if (method === 'POST') {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(input);
  }
  const response = await reach(method === 'GET' ? `${path}${queryOf(input)}` : path, init);
  if (!response.ok) throw await failureOf(response);
  return response;
}

interface PageRequest extends Omit<RequestInit, 'headers'> {
  headers: Record<string, string>;
}

/** fetch, with the page's key, and an ApiError for what never arrived. */
export async function reach(path: string, init: PageRequest): Promise<Response> {
  try {
    return await fetch(path, { ...init, headers: { ...init.headers, ...keyHeader() } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('NO_CONNECTION', 'The node does not answer. It may have been stopped.');
  }
}

/** The node's own error, or ours where the answer is none of the node's; notes that the session is gone. */
export async function failureOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as
    { error?: { code?: ErrorCode; text?: string } } | undefined;
  if (response.status === 401) {
    session.value = 'none';
    return new ApiError('NO_SESSION', 'This browser is not connected with the node (any more).');
  }
  const { code, text } = body?.error ?? {};
  if (code === undefined || text === undefined) return badAnswer();
  return new ApiError(code, text);
}

function badAnswer(): ApiError {
  return new ApiError('BAD_ANSWER', 'The answer was not that of a node. Is another program at this address?');
}

function brokenOff(): ApiError {
  return new ApiError('NO_CONNECTION', 'The node stopped answering before this was done.');
}

async function bodyOf(response: Response, abort: AbortSignal | undefined): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (abort?.aborted) throw error;
    throw error instanceof SyntaxError ? badAnswer() : brokenOff();
  }
}

function queryOf(input: unknown): string {
  const given = Object.entries(input as Record<string, string | number | undefined>)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, String(value)]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Any thrown value as something to show. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('INTERNAL', thrown instanceof Error ? thrown.message : String(thrown));
}
