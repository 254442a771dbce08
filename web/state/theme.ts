import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'theme';

function readKept(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

/** What the user chose; `system` follows the system's setting. */
export const theme = signal<Theme>(readKept());
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** Marks the document with the colours in force and remembers the choice. */
export function applyTheme(): void {
  systemDark.addEventListener('change', mark);
  effect(() => {
    mark();
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // A browser that keeps nothing asks the system each time.
    }
  });
}

function mark(): void {
  const dark = theme.value === 'dark' || (theme.value === 'system' && systemDark.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  themeChanges.value = themeChanges.peek() + 1;
}

/** Counts up when the colours change: a canvas has to be drawn anew. */
export const themeChanges = signal(0);
