import { useLayoutEffect, useRef } from 'preact/hooks';
import { themeChanges } from '../../state/theme.ts';
import { SHADES, pieceWords, type PieceCells } from './piece-cells.ts';
import { PiecePainter } from './piece-painter.ts';
import { useWidth } from './use-width.ts';

const HEIGHT_MAX = 240;

/** The piece map, what it shows in words, and what its shades mean. */
export function PieceMapFigure({ cells }: { readonly cells: PieceCells }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<PiecePainter>(undefined);
  const width = useWidth(box);
  const theme = themeChanges.value;
  useLayoutEffect(() => {
    if (!canvas.current) return;
    painter.current ??= new PiecePainter(canvas.current);
    const pixelRatio = window.devicePixelRatio || 1;
    painter.current.paint({ shades: cells.shades, width, heightMax: HEIGHT_MAX, pixelRatio, theme });
  }, [cells, width, theme]);
  return (
    <figure class="piece-map">
      <div ref={box} class="piece-map-box">
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <figcaption>
        <span class="piece-map-words">{pieceWords(cells)}</span>
        <Legend />
      </figcaption>
    </figure>
  );
}

const LEGEND = [
  { shade: SHADES.count - 1, words: 'here' },
  { shade: SHADES.active, words: 'under way' },
  { shade: 3, words: 'missing, many have it' },
  { shade: 1, words: 'one has it' },
  { shade: SHADES.missing, words: 'nobody connected has it' },
];

function Legend() {
  return (
    <span class="piece-map-legend">
      {LEGEND.map(({ shade, words }) => (
        <span key={shade}>
          <i class={`piece-swatch piece-swatch-${shade}`} aria-hidden="true" />
          {words}
        </span>
      ))}
    </span>
  );
}
