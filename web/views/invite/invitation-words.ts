import type { Invitation } from '../../../src/node/commands.ts';
import { formatCount } from '../../text/format.ts';

/** How long an invitation may be good for, as people choose it. */
export const LIFETIMES: readonly { readonly seconds: number; readonly words: string }[] = [
  { seconds: 3600, words: '1 hour' },
  { seconds: 86_400, words: '1 day' },
  { seconds: 7 * 86_400, words: '7 days' },
  { seconds: 30 * 86_400, words: '30 days' },
  { seconds: 365 * 86_400, words: '1 year' },
];

const HOUR_MS = 3_600_000;

/** `open for 6 days`, `used up`, `expired`, `withdrawn`. */
export function stateWords(invitation: Invitation, nowMs: number): string {
  switch (invitation.state) {
    case 'open':
      return invitation.expiresAtMs <= nowMs
        ? 'expired'
        : `open for ${spanWords(invitation.expiresAtMs - nowMs)}`;
    case 'used-up':
      return 'used up';
    case 'expired':
      return 'expired';
    case 'withdrawn':
      return 'withdrawn';
  }
}

/** `2 of 5 used`. */
export function usesWords(invitation: Pick<Invitation, 'used' | 'uses'>): string {
  return `${invitation.used} of ${invitation.uses} used`;
}

/** Open ones first, then those that end last. */
export function sortedInvitations(invitations: readonly Invitation[]): Invitation[] {
  const rank = (one: Invitation): number => (one.state === 'open' ? 0 : 1);
  return invitations.toSorted((a, b) => rank(a) - rank(b) || b.expiresAtMs - a.expiresAtMs);
}

function spanWords(spanMs: number): string {
  if (spanMs < HOUR_MS) return formatCount(Math.max(1, Math.round(spanMs / 60_000)), 'minute');
  if (spanMs < 36 * HOUR_MS) return formatCount(Math.round(spanMs / HOUR_MS), 'hour');
  return formatCount(Math.round(spanMs / (24 * HOUR_MS)), 'day');
}
