import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PseudoTerminal, TextSink } from '../../../test/support/pseudo-terminal.ts';
import { openAsker } from './asker.ts';

const never = new AbortController().signal;

test('without a terminal, answers are lines in their order; a repetition takes none', async () => {
  const input = new PassThrough();
  const ask = openAsker(input, new TextSink(), 'xterm', never);
  input.end('old\r\nnew\nanna  \n');
  expect(ask.isPerson).toBe(false);
  expect(await ask.secret('Old password: ', never)).toBe('old');
  expect(await ask.secret('New password: ', never)).toBe('new');
  expect(await ask.secret('The same again: ', never, true)).toBe('new');
  expect(await ask.line('Name: ', never)).toBe('anna');
  await expect(ask.secret('Password: ', never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENTS',
    message: expect.stringMatching(/^the password is missing/),
  });
});

test('at a terminal a secret is not shown, a line is', async () => {
  const terminal = new PseudoTerminal();
  const ask = openAsker(terminal.input, terminal.output, 'xterm', never);
  const secret = ask.secret('Password: ', never);
  terminal.type('swordfish\r');
  expect(await secret).toBe('swordfish');
  expect(terminal.rawMode).toBe(false);
  const line = ask.line('Name: ', never);
  terminal.type('anna\r');
  expect(await line).toBe('anna');
  expect(terminal.raw).toContain('Password: ');
  expect(terminal.raw).not.toContain('swordfish');
});

test('who is asked can be given up', async () => {
  const terminal = new PseudoTerminal();
  const ask = openAsker(terminal.input, terminal.output, 'xterm', never);
  const stop = new AbortController();
  const line = ask.line('Name: ', stop.signal);
  stop.abort();
  await expect(line).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const secret = ask.secret('Password: ', never);
  terminal.type('\x03');
  await expect(secret).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
