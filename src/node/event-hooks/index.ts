/** Telling of events beyond the node's faces: a command of the user's, and the desktop. */
export { openEventHooks, type EventHookOptions, type EventHooks } from './event-hooks.ts';
