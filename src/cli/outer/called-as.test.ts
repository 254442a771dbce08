import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { calledAs } from './called-as.ts';
import { introText } from './intro.ts';

const installed = dirname(fileURLToPath(new URL('../../../bin/mbt', import.meta.url)));
const passing = '/home/x/.npm/_npx/1/node_modules/.bin';

test.each([
  { why: 'typed', environment: { PATH: '/none' }, is: 'mbt' },
  {
    why: 'by npx',
    environment: { npm_command: 'exec', PATH: `${passing}:/none` },
    is: 'npx mini-bittorrent',
  },
  { why: 'by npx where it is installed', environment: { npm_command: 'exec', PATH: installed }, is: 'mbt' },
])('$why it is called $is', ({ environment, is }) => {
  expect(calledAs(environment)).toBe(is);
});

test.each([80, 120])('by npx the first steps say so, within %i columns', async (columns) => {
  const environment = { npm_command: 'exec', PATH: passing };
  const text = await introText('/nowhere', environment, new FakeClock(), columns);
  expect(text).toContain('npx mini-bittorrent join mbt://join/...');
  expect(text).not.toMatch(/(?<!:)\bmbt [a-z]/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(columns);
  expect(text.split('\n').length).toBeLessThan(13);
});
