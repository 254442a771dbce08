import type { Exchange } from './exchange.ts';

const MAX_AGE_SECONDS = 30 * 86_400;

/** Cookies are not bound to ports: the name tells the pages of several nodes apart. */
const nameAt = (port: number): string => `mbt-${port}`;

/** The secret that this browser was given, if it shows one. */
export function readCookie(exchange: Exchange, port: number): string | undefined {
  const start = `${nameAt(port)}=`;
  const parts = (exchange.header('cookie') ?? '').split(';').map((part) => part.trim());
  return parts.find((part) => part.startsWith(start))?.slice(start.length);
}

/** Gives the browser its secret; undefined takes it away. */
export function writeCookie(exchange: Exchange, port: number, secret: string | undefined): void {
  const age = secret === undefined ? 0 : MAX_AGE_SECONDS;
  exchange.response.setHeader(
    'set-cookie',
    `${nameAt(port)}=${secret ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict`,
  );
}
