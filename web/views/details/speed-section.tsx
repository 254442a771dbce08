import { useEffect, useState } from 'preact/hooks';
import type { PeerRow } from '../../../src/node/commands.ts';
import { wallMs } from '../../clock.ts';
import { visible, type DownloadRow } from '../../state/store.ts';
import { transfers } from '../../state/transfers.ts';
import { formatRate } from '../../text/format.ts';
import { Section } from './section.tsx';
import { speedsOf } from './speed-book.ts';
import { SpeedChart } from './speed-chart.tsx';

interface SpeedProps {
  readonly group: string;
  readonly file: string;
  readonly row: DownloadRow | undefined;
  readonly peers: readonly PeerRow[] | undefined;
}

/** Speed of one file. What comes is told with the downloads; what goes is known from its peers while they are watched. */
export function SpeedSection({ group, file, row, peers }: SpeedProps) {
  const history = speedsOf(group, file);
  const [columns, setColumns] = useState(() => history.columns(wallMs()));
  const up = peers?.reduce((sum, peer) => sum + peer.bytesPerSecondTo, 0);
  const down = row?.state === 'D' ? row.bytesPerSecond : 0;
  const told = transfers.value;
  const seen = visible.value;
  useEffect(() => {
    const now = wallMs();
    if (up !== undefined) history.add(now, down, up);
    if (seen) setColumns(history.columns(now));
  }, [peers, told, down, history, seen]);
  return (
    <Section title="Speed">
      <p class="speed-now">
        <span class="speed-down">
          Down <strong>{formatRate(down)}</strong>
        </span>
        <span class="speed-up">
          Up <strong>{formatRate(up ?? 0)}</strong>
        </span>
      </p>
      <SpeedChart columns={columns} />
    </Section>
  );
}
