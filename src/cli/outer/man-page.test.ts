import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programVersion } from '../../base/index.ts';
import { allCommands } from './index.ts';
import { manPage } from './man-page.ts';

const page = manPage(allCommands(), programVersion());
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('the page in man/ is what the commands say (else: npm run docs)', () => {
  expect(readFileSync(new URL('../../../man/mbt.1', import.meta.url), 'utf8')).toBe(page);
});

test('every command and option stands in it', () => {
  for (const { name, options = {} } of allCommands()) {
    expect(page).toContain(`.B ${name.replaceAll('-', '\\-')}`);
    for (const option of Object.keys(options))
      expect(page).toContain(`\\-\\-${option.replaceAll('-', '\\-')}`);
  }
});

test('no line of text is read as a request', () => {
  const requests = new Set(['TH', 'SH', 'SS', 'TP', 'PP', 'B', 'BI', 'I', 'RS', 'RE', 'br', 'nh', 'ad']);
  const begun = page.split('\n').flatMap((line) => /^\.(\w*)/.exec(line)?.[1] ?? []);
  expect(begun.filter((request) => !requests.has(request))).toEqual([]);
  expect(page.split('\n').filter((line) => line.startsWith("'"))).toEqual([]);
});

test.skipIf(!hasGroff)('groff has nothing to say against it, and shows names as they are typed', () => {
  const checked = spawnSync('groff', ['-ww', '-z', '-man', '-Tutf8'], { input: page, encoding: 'utf8' });
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  const shown = spawnSync('groff', ['-man', '-Tascii', '-P-c'], { input: page, encoding: 'utf8' });
  const plain = shown.stdout.replace(/.[\b]/g, '').replace(/\s+/g, ' ');
  expect(plain).toContain('download_file <group_id> <file_name> <destination_path>');
  expect(plain).toContain('--pattern');
});
