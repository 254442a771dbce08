import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replicaApi } from '../../src/tracker/replica-contract.ts';
import { apiSection, callsText } from './api-section.ts';
import { withGeneratedPart } from './generated-part.ts';
import { swarmLimits } from './swarm-limits.ts';

const REPLICA_CONTRACT = 'src/tracker/replica-contract.ts';
const SWARM_OPTIONS = 'src/swarm/options.ts';

/** docs/PROTOCOL.md as it must be: what is made from the code, made anew. */
export function protocolPage(page: string, root: string): string {
  const options = readFileSync(join(root, SWARM_OPTIONS), 'utf8');
  const withApi = withGeneratedPart(page, 'src/api', apiSection());
  const withReplica = withGeneratedPart(withApi, REPLICA_CONTRACT, callsText(replicaApi));
  return withGeneratedPart(withReplica, SWARM_OPTIONS, swarmLimits(options));
}
