/**
 * Codes of the errors that commands report (`ERROR: <CODE>: <text>`). Scripts depend on them: a code,
 * once published, keeps its meaning.
 */
export const ERROR_CODES = [
  'ALREADY_DOWNLOADING',
  'ALREADY_LOGGED_IN',
  'ALREADY_MEMBER',
  'ALREADY_REQUESTED',
  'ALREADY_SHARED',
  'AMBIGUOUS_NAME',
  'CODE_MISMATCH',
  'CONFLICT',
  'DESTINATION_EXISTS',
  'DIFFERENT_CLUSTER',
  'DOWNLOAD_FAILED',
  'FILE_CHANGED',
  'FILE_NOT_FOUND',
  'GROUP_ENDED',
  'GROUP_EXISTS',
  'IDENTITY_CHANGED',
  'INTERNAL',
  'INTERRUPTED',
  'INVALID_ARGUMENTS',
  'INVALID_INVITATION',
  'INVALID_NAME',
  'IO_ERROR',
  'NOTHING_TO_SHARE',
  'NOT_ALLOWED',
  'NOT_A_MEMBER',
  'NOT_LOGGED_IN',
  'NOT_OWNER',
  'NOT_READY',
  'NOT_SET_UP',
  'NOT_SHARING',
  'NO_NODE',
  'NO_SPACE',
  'NO_SUCH_DOWNLOAD',
  'NO_SUCH_FILE',
  'NO_SUCH_GROUP',
  'NO_SUCH_INVITATION',
  'NO_SUCH_MEMBER',
  'NO_SUCH_REQUEST',
  'NO_SUCH_USER',
  'NO_TRACKER',
  'OWNER_CANNOT_LEAVE',
  'PERMISSION_DENIED',
  'PORT_IN_USE',
  'REFUSED',
  'TIMED_OUT',
  'TOO_MANY_ATTEMPTS',
  'TRACKER_CHANGED',
  'UNKNOWN_COMMAND',
  'USER_EXISTS',
  'WEAK_PASSWORD',
  'WRONG_CODE',
  'WRONG_PASSWORD',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An expected failure that a person reads: the text says what happened and what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, text: string, options?: ErrorOptions) {
    super(text, options);
    this.code = code;
  }
}

/** Stable reasons for closing a peer's connection: used in logs, metrics and tests. */
export type PeerFaultCode =
  | 'BAD_BLOCK'
  | 'BAD_CERTIFICATE'
  | 'BAD_EXTENSION'
  | 'BAD_FRAME'
  | 'BAD_HANDSHAKE'
  | 'BAD_HASHES'
  | 'BAD_METADATA'
  | 'FLOOD'
  | 'FRAME_TOO_LONG'
  | 'NOT_A_MEMBER'
  | 'NO_ROOM'
  | 'OUT_OF_RANGE'
  | 'SELF'
  | 'SILENT'
  | 'UNREQUESTED_BLOCK';

/** The remote broke the protocol: close that connection, never the process. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault';
  readonly code: PeerFaultCode;
  constructor(code: PeerFaultCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
  }
}

/** A bug in our own code. Not caught anywhere below the process boundary. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

/** The system's error code (`ENOENT`, `ENOSPC`, …) of a thrown value, if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
