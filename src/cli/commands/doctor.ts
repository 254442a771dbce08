import { CommandError } from '../../base/index.ts';
import type { Diagnosis } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import type { CommandDone } from '../shell/command.ts';
import { count } from '../text/format.ts';
import { findingsOf, findingsView } from './findings.ts';
import { nodeCommand } from './node-command.ts';

export const doctor = nodeCommand({
  name: 'doctor',
  topic: 'Your account',
  params: [],
  summary: 'look for what may be wrong',
  teaches: [
    'Asks each tracker whether it answers and can reach your port, compares clocks, looks at disk space and',
    'versions. Works without a login.',
  ],
  example: 'doctor',
  run: async ({ target, out }) => diagnosed(await target.doctor(), out),
});

/** Tells what was found. NOT_READY: something is to be mended. */
export function diagnosed(diagnosis: Diagnosis, out: CommandOutput): CommandDone {
  const findings = findingsOf(diagnosis);
  out.rows(findingsView, findings);
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  if (wrong > 0) throw new CommandError('NOT_READY', `${count(wrong, 'thing')} to mend, see above`);
  return { text: 'nothing is wrong', fields: { wrong, diagnosis } };
}
