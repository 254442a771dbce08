import { z } from 'zod';
import { downloadRow, nodeChange, nodeEvent } from './rows.ts';

/** A comment line comes so often when there is nothing to tell, ms: who hears none for three times as long connects anew. */
export const LOCAL_HEARTBEAT_MS = 5_000;

/**
 * What the local API's event stream tells. It begins with `hello`; whoever connects (again) asks for its lists anew.
 * `transfers` comes at most once a second, while something moves or has just stopped.
 */
export const localEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.string(),
    boot: z.string().describe('changes when the node starts anew'),
  }),
  z.object({ type: z.literal('news'), event: nodeEvent, atMs: z.number() }),
  z.object({ type: z.literal('changed'), change: nodeChange }),
  z.object({
    type: z.literal('transfers'),
    downloads: z.array(downloadRow).readonly(),
    downloadBytesPerSecond: z.number(),
    uploadBytesPerSecond: z.number(),
    peers: z.number(),
  }),
]);
export type LocalEvent = z.infer<typeof localEvent>;
