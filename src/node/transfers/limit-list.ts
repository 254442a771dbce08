import type { LimitDirection, LimitRow, Limits } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { EntryKey } from './library.ts';
import type { Ceilings, LimitScope } from './rate-book.ts';

/** The name of a content that is shared or fetched here; undefined if it is neither. */
export type NameOfContent = (key: EntryKey) => string | undefined;

/** Sets one or both directions and leaves the other one as it is. */
export async function changeLimit(
  desk: Desk,
  scope: LimitScope,
  direction: LimitDirection,
  bytesPerSecond: number | undefined,
): Promise<void> {
  const { up, down } = desk.rates.of(scope);
  const wanted: { up?: number; down?: number } = {};
  const nextUp = direction === 'down' ? up : bytesPerSecond;
  const nextDown = direction === 'up' ? down : bytesPerSecond;
  if (nextUp !== undefined) wanted.up = nextUp;
  if (nextDown !== undefined) wanted.down = nextDown;
  await desk.rates.set(scope, wanted);
}

export function limitList(desk: Desk, nameOf: NameOfContent): Limits {
  const rows = desk.rates.standing().map((each) => limitRow(desk, each, each.ceilings, nameOf));
  const { lanExempt, schedule, isScheduled } = desk.rates;
  return { rows, lanExempt, schedule, scheduled: isScheduled };
}

export function limitRow(
  desk: Desk,
  { gid, content }: LimitScope,
  { up, down }: Ceilings,
  nameOf: NameOfContent,
): LimitRow {
  return {
    group: gid === undefined ? null : desk.label(gid),
    file: gid === undefined || content === undefined ? null : (nameOf({ gid, content }) ?? content),
    upLimit: up ?? null,
    downLimit: down ?? null,
  };
}
