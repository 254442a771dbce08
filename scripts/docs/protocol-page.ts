import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiSection } from './api-section.ts';
import { withGeneratedPart } from './generated-part.ts';
import { swarmLimits } from './swarm-limits.ts';

const SWARM_OPTIONS = 'src/swarm/options.ts';

/** docs/PROTOCOL.md as it must be: what is made from the code, made anew. */
export function protocolPage(page: string, root: string): string {
  const options = readFileSync(join(root, SWARM_OPTIONS), 'utf8');
  const withApi = withGeneratedPart(page, 'src/api', apiSection());
  return withGeneratedPart(withApi, SWARM_OPTIONS, swarmLimits(options));
}
