import type { NodeEvent } from '../commands.ts';

/** What people want to know of while they look elsewhere. */
const TOLD = ['request', 'joined', 'accepted', 'rejected', 'removed', 'ended', 'key-changed'] as const;
export type ToldKind = 'complete' | 'failed' | (typeof TOLD)[number];

/** As what a hook and the desktop are told of an event; undefined: they are not. */
export function toldKind(event: NodeEvent): ToldKind | undefined {
  if (event.type === 'complete' || event.type === 'failed') return event.type;
  return TOLD.find((kind) => kind === event.about);
}

/** In plain words. */
export function toldText(event: NodeEvent): string {
  if (event.type === 'complete') return `${event.file} of ${event.group} is complete`;
  if (event.type === 'failed') return `${event.file} of ${event.group} failed: ${event.text}`;
  return event.text;
}
