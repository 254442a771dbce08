import { signal } from '@preact/signals';

/** Where the page is: the parts of the address behind `#/`. */
export const route = signal<readonly string[]>(read());
window.addEventListener('hashchange', () => {
  route.value = read();
  document.getElementById('main')?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});

function read(): readonly string[] {
  const hash = window.location.hash;
  if (!hash.startsWith('#/')) return [];
  return hash
    .slice(2)
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place on the page: `href('groups', 'lab', 'people')`. */
export function href(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: readonly string[]): void {
  window.location.hash = href(...parts);
}
