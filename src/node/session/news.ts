import type { NodeEvent } from '../commands.ts';

type Told = Extract<NodeEvent, { readonly type: 'notice' | 'warning' }>;

/** What a person is told of: words, and for programs what and whom they are about. */
export type News = Omit<Told, 'type'>;
