import { CommandError, diskError, systemCode } from '../base/index.ts';
import { runMbt } from './index.ts';
import { exitCodeOfError } from './outer/exit-code.ts';
import { escapeControls } from './text/escape-controls.ts';

/** An expected failure is told in a line; anything else is a bug, told with all that helps to find it. */
function report(error: unknown): number {
  const expected = error instanceof CommandError;
  const text = expected ? `ERROR: ${error.code}: ${error.message}` : bugReport(error);
  process.stderr.write(
    `${text
      .split('\n')
      .map((line) => escapeControls(line))
      .join('\n')}\n`,
  );
  return expected ? exitCodeOfError(error.code) : 1;
}

const bugReport = (error: unknown): string =>
  `ERROR: INTERNAL: this should not happen, please report it\n${error instanceof Error ? error.stack : String(error)}`;

/** Why something that was printed did not arrive: a full disk, say. */
let lost: Error | null = null;

/** Nothing is wrong where whoever read a pipe has seen enough, or the terminal is gone. */
function codeAtEnd(code: number): number {
  const fault = lost ?? process.stdout.errored;
  if (fault === null || systemCode(fault) === 'EPIPE' || process.stdout.isTTY) return code;
  const told = report(diskError(fault, 'standard output'));
  return code || told;
}

process.stdout.on('error', (error) => (lost ??= error));
process.on('uncaughtException', (error) => process.exit(report(error)));
void runMbt(process.argv.slice(2))
  .catch((error: unknown) => report(error))
  // Written first: what is still on its way to a pipe would be lost.
  .then((code) => process.stdout.write('', () => process.exit(codeAtEnd(code))));
