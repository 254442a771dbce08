import type { FollowTerms } from '../../../src/node/commands.ts';

/** What the form of a followed group holds. */
export interface FollowDraft {
  /** Patterns, with blanks or commas between them. */
  readonly patterns: string;
  /** GiB; empty: any size. */
  readonly sizeMax: string;
  /** GiB. */
  readonly reserve: string;
}

export const FOLLOW_START: FollowDraft = { patterns: '', sizeMax: '', reserve: '5' };

const GIB = 2 ** 30;
const PATTERNS_MAX = 100;

/** The terms, or what is wrong with the draft. */
export function toFollowTerms(draft: FollowDraft): FollowTerms | { readonly wrong: keyof FollowDraft } {
  const patterns = draft.patterns.split(/[\s,]+/).filter((pattern) => pattern !== '');
  if (patterns.length > PATTERNS_MAX || patterns.some((pattern) => pattern.length > 256))
    return { wrong: 'patterns' };
  const sizeMax = draft.sizeMax.trim() === '' ? null : gibToBytes(draft.sizeMax);
  if (sizeMax === undefined || sizeMax === 0) return { wrong: 'sizeMax' };
  const reserveBytes = draft.reserve.trim() === '' ? 0 : gibToBytes(draft.reserve);
  if (reserveBytes === undefined) return { wrong: 'reserve' };
  return { patterns, sizeMax, reserveBytes };
}

function gibToBytes(text: string): number | undefined {
  const number = text.trim().replace(',', '.');
  const bytes = Math.round(Number(number) * GIB);
  return /^\d+(\.\d+)?$/.test(number) && Number.isSafeInteger(bytes) ? bytes : undefined;
}
