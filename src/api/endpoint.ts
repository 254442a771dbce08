import type { z } from 'zod';

/**
 * Who may call. `open`: anyone. `identity`: who shows a TLS client certificate over an identity key (its
 * user id is the SHA-256 of that key). `account`: the same, and this tracker holds that user's `user` record.
 * `tracker`: another tracker of the cluster, by a certificate of the cluster's authority.
 */
export type Access = 'open' | 'identity' | 'account' | 'tracker';

/** One call of an API: the server checks by it, the client is typed by it, the documentation is made from it. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post';
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  /** Ignored where the method is `get`. */
  readonly body: Body;
  readonly result: Result;
  /** A longer body is refused with status 413 before it is read whole. */
  readonly bodyBytesMax: number;
}

/** Keeps the types of all parts of an endpoint. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  parts: Endpoint<P, Q, B, R>,
): Endpoint<P, Q, B, R> {
  return parts;
}

export interface CallInput<E extends Endpoint> {
  readonly params: z.infer<E['params']>;
  readonly query: z.infer<E['query']>;
  readonly body: z.infer<E['body']>;
}
export type CallResult<E extends Endpoint> = z.infer<E['result']>;
