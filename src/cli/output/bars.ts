import { percent } from '../text/format.ts';
import type { ProgressBar } from './output.ts';
import { alignedLines } from './table.ts';

/** Below this width a bar says less than its per cents. */
const BAR_FROM_COLUMNS = 60;
const PERCENT_COLUMNS = 6;

/**
 * Bars for a screen of `columns` by `rows`, one a line and none as wide as the screen, so that nothing wraps:
 * long labels are cut, narrow screens get numbers only, and what finds no room is counted in a last line.
 */
export function drawBars(bars: readonly ProgressBar[], columns: number, rows: number): string[] {
  const room = Math.max(1, rows - 3);
  const shown = bars.length <= room ? bars : bars.slice(0, room - 1);
  if (shown.length === 0) return [];
  const width = Math.max(20, columns - 1);
  const wide = width >= BAR_FROM_COLUMNS;
  const barColumns = wide ? Math.min(30, Math.floor(width / 4)) : 0;
  const noteColumns = wide ? Math.min(34, Math.floor((width - barColumns) / 2)) : 0;
  const labelColumns = width - barColumns - noteColumns - PERCENT_COLUMNS;
  const lines = alignedLines(
    shown.map((bar) => cells(bar, barColumns)),
    wide ? ['left', 'left', 'right', 'left'] : ['left', 'right'],
    wide
      ? [labelColumns, barColumns, PERCENT_COLUMNS, noteColumns]
      : [width - PERCENT_COLUMNS, PERCENT_COLUMNS],
  );
  return shown.length < bars.length ? [...lines, `… and ${bars.length - shown.length} more`] : lines;
}

function cells(bar: ProgressBar, barColumns: number): string[] {
  const full = `${percent(bar.done, bar.total)}%`;
  return barColumns === 0
    ? [bar.label, full]
    : [bar.label, drawBar(bar.done, bar.total, barColumns - 2), full, bar.note];
}

/** `████░░░░`, `columns` wide. */
export function drawBar(done: number, total: number, columns: number): string {
  const full = Math.floor((percent(done, total) / 100) * columns);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
