import { CommandError, type ErrorCode } from '../base/index.ts';

/** Something is tried too often: the text says how long to wait, in words, `retryAfterMs` in numbers. */
export class TooManyAttempts extends CommandError {
  readonly retryAfterMs: number;
  constructor(what: string, retryAfterMs: number) {
    super('TOO_MANY_ATTEMPTS', `${what}; try again in ${inWords(retryAfterMs)}`);
    this.retryAfterMs = retryAfterMs;
  }
}

function inWords(delayMs: number): string {
  const seconds = Math.max(1, Math.ceil(delayMs / 1_000));
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** The body of a call is longer than the call may be. */
export class BodyTooLong extends CommandError {
  constructor(bytesMax: number) {
    super('INVALID_ARGUMENTS', `the body is longer than the ${bytesMax} bytes this call may have`);
  }
}

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503 | 507;

const STATUS: Partial<Record<ErrorCode, RefusalStatus>> = {
  CONFLICT: 409,
  DIFFERENT_CLUSTER: 403,
  INTERNAL: 500,
  IO_ERROR: 503,
  NOT_A_MEMBER: 403,
  NOT_LOGGED_IN: 401,
  NOT_OWNER: 403,
  NO_SPACE: 507,
  NO_SUCH_GROUP: 404,
  NO_SUCH_USER: 404,
  PERMISSION_DENIED: 403,
  TOO_MANY_ATTEMPTS: 429,
  WRONG_CODE: 401,
  WRONG_PASSWORD: 401,
};

/** HTTP status of a refusal. From 500 on it is this tracker's trouble, and another may do better. */
export const statusOf = (error: CommandError): RefusalStatus =>
  error instanceof BodyTooLong ? 413 : (STATUS[error.code] ?? 400);
