import type { PeerRow, PieceMap } from '../../../src/node/commands.ts';
import type { DownloadRow } from '../../state/store.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { Loading } from '../../ui/show.tsx';
import { PeersTable } from './peers-table.tsx';
import { Section } from './section.tsx';
import { SwarmFigure } from './swarm-drawing.tsx';

interface SwarmProps {
  readonly peers: readonly PeerRow[] | undefined;
  readonly map: PieceMap | undefined;
  readonly row: DownloadRow | undefined;
}

export function SwarmSection({ peers, map, row }: SwarmProps) {
  return (
    <Section title="Who gives to whom" wide>
      {peers === undefined ? (
        <Loading what="Asking the node…" />
      ) : (
        <Content peers={peers} progress={progressOf(row, map)} />
      )}
    </Section>
  );
}

function Content({ peers, progress }: { readonly peers: readonly PeerRow[]; readonly progress: number }) {
  const present = peers.filter((peer) => peer.direction !== '-').length;
  if (peers.length === 0) return <p class="hint">Nobody is connected for it at the moment.</p>;
  const from = peers.reduce((sum, peer) => sum + peer.bytesFrom, 0);
  const to = peers.reduce((sum, peer) => sum + peer.bytesTo, 0);
  return (
    <>
      {present > 0 && <SwarmFigure peers={peers} progress={progress} />}
      <p class="swarm-totals">
        {formatCount(present, 'peer')} connected. {formatBytes(from)} came from others, {formatBytes(to)} went
        to them.
      </p>
      <PeersTable peers={peers} />
    </>
  );
}

/** 0 to 1: a share without a download is whole. */
function progressOf(row: DownloadRow | undefined, map: PieceMap | undefined): number {
  if (row === undefined) return map === undefined ? 0 : 1;
  return row.totalBytes === 0 ? 0 : row.doneBytes / row.totalBytes;
}
