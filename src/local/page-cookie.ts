import type { Exchange } from './exchange.ts';

const MAX_AGE_SECONDS = 30 * 86_400;

/** Cookies are not bound to ports: the name tells the pages of several nodes apart. */
const nameAt = (port: number): string => `mbt-${port}`;

/** A page at another port of this machine can give the browser more cookies of this name, and have them come first. */
const COOKIES_MAX = 10;

/** What this browser shows as its secret; one of them may be the one that it was given. */
export function readCookies(exchange: Exchange, port: number): string[] {
  const start = `${nameAt(port)}=`;
  const parts = (exchange.header('cookie') ?? '').split(';').map((part) => part.trim());
  const shown = parts.filter((part) => part.startsWith(start)).map((part) => part.slice(start.length));
  return shown.slice(0, COOKIES_MAX);
}

/** Gives the browser its secret; undefined takes it away. */
export function writeCookie(exchange: Exchange, port: number, secret: string | undefined): void {
  const age = secret === undefined ? 0 : MAX_AGE_SECONDS;
  exchange.response.setHeader(
    'set-cookie',
    `${nameAt(port)}=${secret ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict`,
  );
}
