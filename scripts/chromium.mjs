/** Debian's browser, for tests, pictures and measurements of the page. */
import { pathOf } from './system-packages.mjs';

/** Its path, if it is installed. */
export const chromiumPath = pathOf('chromium');

/** Without a window, as any user, and without calls of its own to anybody. */
export const BROWSER_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
