import { CommandError } from '../base/index.ts';
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

process.on('uncaughtException', (error) => process.exit(report(error)));
void runMbt(process.argv.slice(2))
  .catch((error: unknown) => report(error))
  // Written first: what is still on its way to a pipe would be lost.
  .then((code) => process.stdout.write('', () => process.exit(code)));
