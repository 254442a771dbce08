import { CommandError, type ErrorCode } from '../base/index.ts';

/** A request that is answered with a status of its own instead of the one that goes with its code. */
export class Refusal extends CommandError {
  readonly status: number;
  constructor(status: number, code: ErrorCode, text: string) {
    super(code, text);
    this.status = status;
  }
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  FILE_NOT_FOUND: 404,
  INTERNAL: 500,
  INVALID_ARGUMENTS: 400,
  INVALID_INVITATION: 400,
  INVALID_NAME: 400,
  IO_ERROR: 500,
  NOT_ALLOWED: 403,
  NOT_SET_UP: 503,
  NO_SPACE: 507,
  NO_SUCH_DOWNLOAD: 404,
  NO_SUCH_FILE: 404,
  NO_SUCH_GROUP: 404,
  NO_SUCH_INVITATION: 404,
  NO_SUCH_MEMBER: 404,
  NO_SUCH_REQUEST: 404,
  NO_SUCH_USER: 404,
  NO_TRACKER: 503,
  TOO_MANY_ATTEMPTS: 429,
  UNKNOWN_COMMAND: 404,
};

/** HTTP status of a refusal; 409 for an expected failure without one of its own. */
export const statusOf = (error: CommandError): number =>
  error instanceof Refusal ? error.status : (STATUS[error.code] ?? 409);

export const unknownCall = (): Refusal =>
  new Refusal(404, 'UNKNOWN_COMMAND', 'there is no such call; /openapi.json lists all');
