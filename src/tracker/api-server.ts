import type { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import {
  apiErrorSchema,
  type ApiError,
  type CallInput,
  type CallResult,
  type Endpoint,
} from '../api/index.ts';
import { addressKey, CommandError, type Clock, type Logger, type UserId } from '../base/index.ts';
import { Budgets } from './budgets.ts';
import { callerOf, type Caller } from './caller.ts';
import { BodyTooLong, statusOf, TooManyAttempts } from './refusals.ts';

/** Calls of one address (one machine, or one network behind a router). */
const CALLS = { burst: 5_000, perSecond: 500 };

type Env = { Bindings: HttpBindings; Variables: { caller: Caller; call?: string } };
export type ApiContext = Context<Env>;

/** What the server must know to judge a call before its handler does. */
export interface ApiGate {
  readonly caPem: string;
  readonly cluster: string;
  /** Whether this tracker holds the user's record. */
  hasAccount(uid: UserId): Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
  /** `call`: the endpoint's path, or empty for what is none. */
  onAnswered(call: string, status: number): void;
}

type Handler<E extends Endpoint> = (input: CallInput<E>, caller: Caller) => Promise<CallResult<E>>;

/** Serves endpoints: identifies the caller, applies limits, checks input, turns errors into answers. */
export class ApiServer {
  readonly app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw new CommandError('INVALID_ARGUMENTS', describeIssues(result.error));
    },
  });
  readonly #gate: ApiGate;
  readonly #calls = new Budgets(CALLS);
  readonly #callers = new WeakMap<TLSSocket, Caller>();

  constructor(gate: ApiGate) {
    this.#gate = gate;
    this.app.use('*', async (context, next) => {
      const caller = this.#identify(context.env.incoming.socket as TLSSocket);
      const waitMs = this.#calls.take(addressKey(caller.address), 1, gate.clock.nowMs());
      if (waitMs > 0 && !caller.isTracker)
        throw new TooManyAttempts('too many calls from your address', waitMs);
      context.set('caller', caller);
      await next();
    });
    this.app.use('*', async (context, next) => {
      await next();
      gate.onAnswered(context.get('call') ?? '', context.res.status);
    });
    this.app.onError((error, context) => this.#answerError(error, context));
    this.app.notFound(() => {
      throw new CommandError('INVALID_ARGUMENTS', 'there is no such call; /openapi.json lists all');
    });
    this.app.doc31('/openapi.json', {
      openapi: '3.1.0',
      info: { title: 'Mini-BitTorrent tracker', version: '1' },
    });
  }

  on<E extends Endpoint>(endpoint: E, handler: Handler<E>): void {
    this.app.use(honoPath(endpoint), this.#admit(endpoint), limitBody(endpoint.bodyBytesMax));
    this.app.openapi(routeOf(endpoint), async (context) => {
      const valid = (part: string): unknown => context.req.valid(part as never);
      const input = {
        params: valid('param'),
        query: valid('query'),
        body: endpoint.method === 'post' ? valid('json') : {},
      };
      const result = await handler(input as CallInput<E>, context.get('caller'));
      return context.json(result as object, 200);
    });
  }

  /** A call that answers with a stream of its own making. */
  onStream(endpoint: Endpoint, handler: (context: ApiContext) => Response): void {
    this.app.use(honoPath(endpoint), this.#admit(endpoint));
    this.app.get(honoPath(endpoint), handler);
    this.app.openAPIRegistry.registerPath(routeOf(endpoint));
  }

  /** Lets only those pass who may call `endpoint`. */
  #admit(endpoint: Endpoint): (context: ApiContext, next: () => Promise<void>) => Promise<void> {
    return async (context, next) => {
      context.set('call', endpoint.path);
      await this.#requireAccess(endpoint, context.get('caller'));
      await next();
    };
  }

  #identify(socket: TLSSocket): Caller {
    const known = this.#callers.get(socket);
    if (known) return known;
    const caller = callerOf(socket, this.#gate.caPem, this.#gate.clock.wallMs());
    if (!caller) throw new CommandError('REFUSED', 'resumed TLS sessions are not taken; connect anew');
    this.#callers.set(socket, caller);
    return caller;
  }

  async #requireAccess({ access }: Endpoint, caller: Caller): Promise<void> {
    if (access === 'open') return;
    if (access === 'tracker') {
      if (caller.isTracker) return;
      throw new CommandError(
        'DIFFERENT_CLUSTER',
        `this tracker belongs to the cluster ${this.#gate.cluster}; copy its cluster.key to join it`,
      );
    }
    if (caller.uid === undefined) {
      throw new CommandError(
        'NOT_LOGGED_IN',
        'this call needs a certificate over the identity key of a user',
      );
    }
    if (access === 'account' && !(await this.#gate.hasAccount(caller.uid))) {
      throw new CommandError(
        'NOT_LOGGED_IN',
        'this tracker does not know this account yet: put its records again',
      );
    }
  }

  #answerError(error: unknown, context: ApiContext): Response {
    const known = error instanceof CommandError ? error : clientFault(error);
    if (known) return context.json(bodyOf(known), statusOf(known));
    this.#gate.log.error('call-failed', {
      path: context.req.path,
      error: String((error as Error).stack ?? error),
    });
    return context.json(bodyOf(new CommandError('INTERNAL', 'the tracker failed; its log says why')), 500);
  }
}

/** The user behind a call that needs one. */
export function uidOf(caller: Caller): UserId {
  if (caller.uid === undefined) throw new CommandError('NOT_LOGGED_IN', 'log in first');
  return caller.uid;
}

function bodyOf(error: CommandError): ApiError {
  const { code, message: text } = error;
  const wait = error instanceof TooManyAttempts ? { retryAfterMs: error.retryAfterMs } : {};
  return { error: { code, text, ...wait } };
}

/** Hono refuses what is no JSON with an error that carries a response. */
function clientFault(error: unknown): CommandError | undefined {
  const status = (error as { status?: unknown }).status;
  return status === 400
    ? new CommandError('INVALID_ARGUMENTS', 'the body is not JSON', { cause: error })
    : undefined;
}

function describeIssues(error: z.ZodError): string {
  const issues = error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  return issues.join('; ').slice(0, 500);
}

const limitBody = (bytesMax: number) =>
  bodyLimit({
    maxSize: bytesMax,
    onError: () => {
      throw new BodyTooLong(bytesMax);
    },
  });

const honoPath = (endpoint: Endpoint): string => endpoint.path.replace(/\{(\w+)\}/g, ':$1');

function routeOf(endpoint: Endpoint) {
  const { method, path, summary, access, params, query, body, result } = endpoint;
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const posted = method === 'post' ? { body: { required: true, content: json(body) } } : {};
  return createRoute({
    method,
    path,
    summary,
    description: `Access: ${access}. Body: at most ${endpoint.bodyBytesMax} bytes.`,
    request: { params: params as z.ZodObject, query: query as z.ZodObject, ...posted },
    responses: {
      200: { description: 'Done', content: json(result) },
      default: { description: 'Refused', content: json(apiErrorSchema) },
    },
  });
}
