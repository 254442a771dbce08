import { lookup } from 'mrmime';
import type { OpenedLink } from './node-host.ts';

export type Preview = OpenedLink['preview'];

const IMAGE = /^image\/(?:png|apng|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;
const TEXT =
  /^text\/|^application\/(?:json|xml|javascript|x-sh|x-subrip|toml|x-ndjson|sql|yaml|[\w.-]+\+(?:json|xml))$|\+xml$/;
/** What people name text, and lists of media types call something else or nothing. */
const TEXT_NAME =
  /(?:^|[./])(?:c|cc|cfg|conf|cpp|diff|go|h|hpp|ini|java|kt|license|log|lua|makefile|md|nfo|patch|php|pl|py|r|rb|readme|rs|sfv|srt|sub|swift|tex|toml|ts|tsx|txt|vue|ya?ml)$/i;

/** How a browser is told to take a file of this name. */
export function mediaTypeOf(name: string): { readonly type: string; readonly preview: Preview } {
  if (TEXT_NAME.test(name)) return { type: 'text/plain; charset=utf-8', preview: 'text' };
  const type = lookup(name) ?? 'application/octet-stream';
  if (type === 'image/svg+xml') return { type, preview: 'image' };
  if (TEXT.test(type)) return { type: `${type}; charset=utf-8`, preview: 'text' };
  if (IMAGE.test(type)) return { type, preview: 'image' };
  if (type.startsWith('video/')) return { type, preview: 'video' };
  if (type.startsWith('audio/')) return { type, preview: 'audio' };
  return { type, preview: 'none' };
}

/** Whether a browser may show it in its window; anything else is only ever saved. */
export const isShown = (preview: Preview): boolean => preview !== 'none';

/**
 * Whether a browser that opens it in a window would make a document of it. Even one without any rights could have a
 * connection made (preconnect), and so tell somebody that it was read: such files are shown there as their text.
 */
export const isMarkup = (type: string): boolean => /^(?:text\/html|[\w.-]+\/(?:[\w.-]+\+)?xml)\b/.test(type);
