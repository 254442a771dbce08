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

/** Tells what was found. */
export function diagnosed(diagnosis: Diagnosis, out: CommandOutput): CommandDone {
  const findings = findingsOf(diagnosis);
  out.rows(findingsView, findings);
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  return {
    text: wrong === 0 ? 'nothing is wrong' : `${count(wrong, 'thing')} to mend, see above`,
    fields: { wrong, diagnosis },
    ...(wrong > 0 ? { exitCode: 1 } : {}),
  };
}
