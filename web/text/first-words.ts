/** What somebody pasted to begin with: an invitation, a list of trackers, or neither. */
export type FirstWords = { readonly invitation: string } | { readonly trackers: string };

export const NO_INVITATION =
  'This is no invitation. It looks like mbt://join/… and comes from the owner of the group.';

/** Undefined for what is neither. A link may stand amid other words; what looks like a list goes to the node whole. */
export function firstWords(text: string): FirstWords | undefined {
  const given = text.trim();
  if (given.startsWith('mbt:')) return { invitation: given };
  const link = /\bmbt:\/\/join\/\S+/.exec(given)?.[0];
  if (link !== undefined) return { invitation: link };
  return /\d+(\.\d+){3}|:\d/.test(given) ? { trackers: given } : undefined;
}
