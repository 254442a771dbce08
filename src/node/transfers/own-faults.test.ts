import { expect, test } from 'vitest';
import { noSuch } from './own-faults.ts';

test('who has nothing of a file yet is told how to see what is in it', () => {
  expect(noSuch('NO_SUCH_FILE', 'x', 'band').message).toContain('download_file with --hold');
});
