import { CommandError, systemCode, type ErrorCode } from './errors.ts';

const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['NO_SPACE', 'the disk is full: free some space, then go on'],
  EDQUOT: ['NO_SPACE', 'your quota on this disk is used up: free some space, then go on'],
  EFBIG: ['NO_SPACE', 'the file is too large for this file system: choose another destination'],
  EACCES: ['PERMISSION_DENIED', 'access is denied: change its permissions or choose another place'],
  EPERM: [
    'PERMISSION_DENIED',
    'the system does not allow it: change its permissions or choose another place',
  ],
  EROFS: ['PERMISSION_DENIED', 'the disk is read-only: choose another place'],
  ENOENT: ['FILE_NOT_FOUND', 'it is not there: check the path'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a part of the path is not a folder: check the path'],
  EEXIST: ['DESTINATION_EXISTS', 'something stands there already: move it away or choose another name'],
  EISDIR: ['DESTINATION_EXISTS', 'a folder stands there: move it away or choose another name'],
  ENAMETOOLONG: ['INVALID_NAME', 'the path is too long for this disk: choose a shorter one'],
  ELOOP: ['REFUSED', 'it is a link, and links are not followed: name the file that it points to'],
  EMFILE: ['IO_ERROR', 'too many files are open: raise the limit (ulimit -n)'],
  ENFILE: ['IO_ERROR', 'too many files are open on this machine'],
};

/** What a failed access to `path` means to the person who asked for it. A CommandError is passed on as it is. */
export function diskError(error: unknown, path: string): CommandError {
  if (error instanceof CommandError) return error;
  const code = systemCode(error);
  const [kind, text] = (code === undefined ? undefined : REASONS[code]) ?? [
    'IO_ERROR' as const,
    `reading or writing failed (${code ?? String(error)}): check the disk`,
  ];
  return new CommandError(kind, `${path}: ${text}`, { cause: error });
}
