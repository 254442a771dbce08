import type { DownloadRow } from '../../node/index.ts';
import { drawBar } from '../output/bars.ts';
import type { ProgressBar, View } from '../output/output.ts';
import { alignedLines } from '../output/table.ts';
import { count, formatBytes, formatDuration, formatRate, percent } from '../text/format.ts';

const BAR_COLUMNS = 12;

/** What is told of each download, from all to little: the first that fits on the screen is shown. */
const LAYOUTS = [
  { bar: true, bytes: true },
  { bar: false, bytes: true },
  { bar: false, bytes: false },
] as const;
type Layout = (typeof LAYOUTS)[number];

/** `[D] [group] name`, exactly so for programs; for people progress, speed and time left follow. */
export const downloadsView: View<DownloadRow> = {
  plain: (row) => [nameOf(row)],
  human: (rows, columns) => {
    if (rows.length === 0) return ['none'];
    const tried = LAYOUTS.map((layout) => linesOf(rows, layout));
    return tried.find((lines) => lines.every((line) => line.length < columns)) ?? tried.at(-1) ?? [];
  },
};

const linesOf = (rows: readonly DownloadRow[], layout: Layout): string[] =>
  alignedLines(
    rows.map((row) => [nameOf(row), detailsOf(row, layout)]),
    ['left', 'left'],
  );

const nameOf = (row: DownloadRow): string => `[${row.state}] [${row.group}] ${row.file}`;

function detailsOf(row: DownloadRow, layout: Layout): string {
  if (row.state === 'C') return [formatBytes(row.totalBytes), row.remark].join('  ').trimEnd();
  return [
    layout.bar ? drawBar(row.doneBytes, row.totalBytes, BAR_COLUMNS) : '',
    `${percent(row.doneBytes, row.totalBytes)}%`,
    layout.bytes ? `${formatBytes(row.doneBytes)} of ${formatBytes(row.totalBytes)}` : '',
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
