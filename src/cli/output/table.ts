import Table from 'cli-table3';
import { escapeControls } from '../text/escape-controls.ts';
import type { View } from './output.ts';

export interface Column<Row> {
  readonly heading: string;
  /** For programs: raw numbers, dates in ISO 8601. */
  plain(row: Row): string;
  /** For people, where it differs: `1.5 MiB`. */
  human?(row: Row): string;
  readonly align?: 'left' | 'right';
}

/** Rows in columns: tabs for programs; aligned under headings for people. */
export function tableView<Row>(columns: readonly Column<Row>[]): View<Row> {
  return {
    plain: (row) => columns.map((column) => column.plain(row)),
    human: (rows) => {
      const head = columns.map((column) => column.heading);
      const cells = rows.map((row) => columns.map((column) => column.human?.(row) ?? column.plain(row)));
      const aligns = columns.map((column) => column.align ?? 'left');
      return alignedLines([head, ...(rows.length > 0 ? cells : [['none']])], aligns);
    },
  };
}

/** Cells padded to columns as wide as their widest cell, wide characters counted as two. */
export function alignedLines(
  rows: readonly (readonly string[])[],
  aligns: readonly ('left' | 'right')[],
  widths: readonly number[] = [],
): string[] {
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    colAligns: [...aligns],
    colWidths: [...widths],
  });
  for (const row of rows) table.push(aligns.map((_, at) => escapeControls(row[at] ?? '')));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;
