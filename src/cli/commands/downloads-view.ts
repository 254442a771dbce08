import type { DownloadRow } from '../../node/index.ts';
import { drawBar } from '../output/bars.ts';
import type { ProgressBar, View } from '../output/output.ts';
import { alignedLines } from '../output/table.ts';
import { count, formatBytes, formatDuration, formatRate, percent } from '../text/format.ts';

const BAR_COLUMNS = 12;
/** On narrower terminals the bar would push the numbers onto lines of their own. */
const BAR_FROM_COLUMNS = 72;

/** `[D] [group] name`, exactly so for programs; for people progress, speed and time left follow. */
export const downloadsView: View<DownloadRow> = {
  plain: (row) => [nameOf(row)],
  human: (rows, columns) =>
    rows.length === 0
      ? ['none']
      : alignedLines(
          rows.map((row) => [nameOf(row), detailsOf(row, columns)]),
          ['left', 'left'],
        ),
};

const nameOf = (row: DownloadRow): string => `[${row.state}] [${row.group}] ${row.file}`;

function detailsOf(row: DownloadRow, columns: number): string {
  if (row.state === 'C') return formatBytes(row.totalBytes);
  const bar = columns < BAR_FROM_COLUMNS ? [] : [drawBar(row.doneBytes, row.totalBytes, BAR_COLUMNS)];
  return [
    ...bar,
    `${percent(row.doneBytes, row.totalBytes)}%`,
    `${formatBytes(row.doneBytes)} of ${formatBytes(row.totalBytes)}`,
    speedOf(row),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** What is said of a download beside how far it is. */
function speedOf(row: DownloadRow): string {
  if (row.state !== 'D') return row.remark;
  const left = row.secondsLeft === null ? [] : [`${formatDuration(row.secondsLeft)} left`];
  const held = row.downLimit === null ? '' : ` (limit ${formatRate(row.downLimit)})`;
  const moving = [`${formatRate(row.bytesPerSecond)}${held}`, ...left, count(row.peers, 'peer')];
  return (row.remark === '' ? moving : [row.remark]).join('  ');
}

/** The downloads still under way, as bars. */
export function downloadBars(rows: readonly DownloadRow[]): ProgressBar[] {
  return rows
    .filter((row) => row.state === 'D' || row.state === 'Q')
    .map((row) => ({
      label: nameOf(row),
      done: row.doneBytes,
      total: row.totalBytes,
      note: speedOf(row),
    }));
}
