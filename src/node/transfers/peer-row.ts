import type { PeerRow } from '../commands.ts';
import type { GroupGate } from '../seams.ts';
import type { PeerView } from './swarm-surroundings.ts';

/** A peer as people see it. */
export function peerRow(gate: Pick<GroupGate, 'labelOf'>, row: PeerView): PeerRow {
  const isHere = row.conn !== undefined;
  return {
    user: gate.labelOf(row.user),
    address: row.address,
    direction: isHere ? (row.outgoing ? 'out' : 'in') : '-',
    progress: row.progress,
    bytesFrom: row.bytesFrom,
    bytesTo: row.bytesTo,
    bytesPerSecondFrom: row.bytesPerSecondFrom,
    bytesPerSecondTo: row.bytesPerSecondTo,
    ...(row.fault !== undefined && { fault: row.fault }),
  };
}
