import { useMemo } from 'preact/hooks';
import type { PieceMap } from '../../../src/node/commands.ts';
import type { DownloadRow } from '../../state/store.ts';
import { formatBytes } from '../../text/format.ts';
import { Failure, Loading } from '../../ui/show.tsx';
import { toPieceCells } from './piece-cells.ts';
import { PieceMapFigure } from './piece-map.tsx';
import { Section } from './section.tsx';
import type { Asked } from './use-asked.ts';

interface PiecesProps {
  readonly map: Asked<PieceMap>;
  readonly row: DownloadRow | undefined;
}

export function PiecesSection({ map, row }: PiecesProps) {
  return (
    <Section title="Pieces">
      <Content map={map} row={row} />
    </Section>
  );
}

function Content({ map, row }: PiecesProps) {
  const { value, error } = map;
  const cells = useMemo(() => value && toPieceCells(value), [value]);
  if (value && cells) {
    return (
      <>
        <PieceMapFigure cells={cells} />
        <p class="hint">
          A piece has {formatBytes(value.pieceLength)}.
          {value.merged ? ' The file is large: each field stands for several pieces.' : ''}
        </p>
      </>
    );
  }
  if (error?.code === 'NOT_READY') {
    return (
      <p class="hint">
        {row?.state === 'P'
          ? 'What it consists of is not known yet: resume it to find out.'
          : 'What it consists of is being asked of the others. The map appears as soon as one answers.'}
      </p>
    );
  }
  return error ? <Failure error={error} onRetry={map.again} /> : <Loading what="Asking the node…" />;
}
