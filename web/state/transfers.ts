import type { LocalEvent } from '../../src/api/local/events.ts';
import { signal } from '@preact/signals';
import { nowMs } from '../clock.ts';
import { downloads } from './store.ts';

export type Transfers = Extract<LocalEvent, { type: 'transfers' }>;
export interface Speed {
  /** Of the page's own clock, ms since it was opened. */
  readonly atMs: number;
  readonly down: number;
  readonly up: number;
}

/** Ten minutes, a point a second. */
const POINTS_MAX = 600;

/** The latest word on what moves; undefined until there is one. */
export const transfers = signal<Transfers | undefined>(undefined);
/** Speeds of all together since the page was opened, oldest first. The array is a new one with each point. */
export const speeds = signal<readonly Speed[]>([]);

export function onTransfers(event: Transfers): void {
  transfers.value = event;
  downloads.put([...event.downloads]);
  const point = { atMs: nowMs(), down: event.downloadBytesPerSecond, up: event.uploadBytesPerSecond };
  speeds.value = [...speeds.value.slice(1 - POINTS_MAX), point];
}
