import { signal } from '@preact/signals';

const KEY = 'invitation';

/**
 * The invitation by which the node was set up: its group is asked for as soon as somebody is logged in. The browser
 * keeps it, so that another tab, or the page opened anew, goes on where this one stopped.
 */
export const heldInvitation = signal<string | undefined>(readKept());

addEventListener('storage', (event) => {
  if (event.key === KEY || event.key === null) heldInvitation.value = readKept();
});

/** Keeps an invitation, or with undefined forgets the one there is. */
export function holdInvitation(link: string | undefined): void {
  heldInvitation.value = link;
  try {
    if (link === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, link);
  } catch {
    // A browser that keeps nothing has it in this tab only.
  }
}

function readKept(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
