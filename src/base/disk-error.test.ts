import { expect, test } from 'vitest';
import { diskError } from './disk-error.ts';
import { CommandError } from './errors.ts';

test.each([
  { system: 'ENOSPC', code: 'NO_SPACE', says: 'free some space' },
  { system: 'EDQUOT', code: 'NO_SPACE', says: 'quota' },
  { system: 'EACCES', code: 'PERMISSION_DENIED', says: 'permissions' },
  { system: 'EROFS', code: 'PERMISSION_DENIED', says: 'another place' },
  { system: 'ENOENT', code: 'FILE_NOT_FOUND', says: 'check the path' },
  { system: 'EEXIST', code: 'DESTINATION_EXISTS', says: 'another name' },
  { system: 'ENAMETOOLONG', code: 'INVALID_NAME', says: 'shorter' },
  { system: 'ELOOP', code: 'REFUSED', says: 'link' },
  { system: 'EIO', code: 'IO_ERROR', says: 'EIO' },
])('$system is told as $code, with what to do', ({ system, code, says }) => {
  const cause = Object.assign(new Error('x'), { code: system });
  const error = diskError(cause, '/data/a.bin');
  expect(error).toMatchObject({ code, cause });
  expect(error.message).toContain('/data/a.bin');
  expect(error.message).toContain(says);
});

test('what is in words already stays as it is', () => {
  const error = new CommandError('FILE_CHANGED', 'text');
  expect(diskError(error, '/x')).toBe(error);
  expect(diskError('odd', '/x').code).toBe('IO_ERROR');
});
