import { PAGE_KEY_HEADER } from '../../src/api/local/paths.ts';

/** Storage of the browser for this origin, the port included; web/public/api/start.js reads it, too. */
const NAME = 'mbt-page-key';
const KEY = /^[\w-]{43}$/;

/** Where the browser keeps nothing: good until the page is loaded anew. */
let unkept: string | undefined;

/**
 * What the page shows besides the cookie, which the browser sends to whoever has another port of this machine. The node
 * gave it for the link's token.
 */
export function keyHeader(): Record<string, string> {
  const key = readKept() ?? unkept;
  return key === undefined ? {} : { [PAGE_KEY_HEADER]: key };
}

export function keepKey(key: string): void {
  try {
    localStorage.setItem(NAME, key);
  } catch {
    unkept = key;
  }
}

export function forgetKey(): void {
  unkept = undefined;
  try {
    localStorage.removeItem(NAME);
  } catch {
    // Nothing is kept there.
  }
}

/** Calls when another tab of the page was given a key. */
export function onNewKey(listener: () => void): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === NAME && newValue !== null) listener();
  });
}

function readKept(): string | undefined {
  try {
    const kept = localStorage.getItem(NAME);
    return kept !== null && KEY.test(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}
