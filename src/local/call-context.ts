import type { LocalCall, LocalInput, LocalResult } from '../api/index.ts';
import type { Door } from './exchange.ts';

/** Who calls, and what a call may do besides answering. */
export interface CallContext {
  readonly door: Door;
  /** The secret of the browser's cookie, where it came by the page. */
  readonly secret: string | undefined;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** Tells how far it is; only where the call's endpoint has `progress`. */
  progress(value: unknown): void;
  /** Gives the browser a cookie with this secret; undefined takes it away. */
  setCookie(secret: string | undefined): void;
}

export type Handler<Name extends LocalCall> = (
  input: LocalInput<Name>,
  call: CallContext,
) => Promise<LocalResult<Name>>;

export type Handlers = { readonly [Name in LocalCall]: Handler<Name> };
