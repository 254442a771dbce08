import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';

/**
 * Lets only the page's own requests pass. A name that was pointed at 127.0.0.1 shows itself by its Host (DNS
 * rebinding), another site's page by its Origin, or, where nothing is written, by Sec-Fetch-Site: pages at other ports of
 * this machine count as other sites, though browsers send them the same cookies.
 */
export function guardPage(exchange: Exchange, host: string): void {
  const hosts = exchange.request.headersDistinct['host'] ?? [];
  if (hosts.length !== 1 || hosts[0] !== host)
    throw refused(`this page is at http://${host} and answers to no other name`);
  guardSite(exchange);
  const origins = exchange.request.headersDistinct['origin'] ?? [];
  const isRead = exchange.method === 'GET' || exchange.method === 'HEAD';
  if (isRead && origins.length === 0) return;
  if (origins.length !== 1 || origins[0] !== `http://${host}`)
    throw refused(
      `only the page itself may ask for this: the request must come from http://${host} and say so (Origin)`,
    );
}

/** A link elsewhere may lead to the page; nothing else of another site may ask for anything. */
function guardSite(exchange: Exchange): void {
  const site = exchange.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  const isLink =
    exchange.header('sec-fetch-mode') === 'navigate' &&
    exchange.header('sec-fetch-dest') === 'document' &&
    exchange.method === 'GET' &&
    exchange.url.pathname === '/';
  if (!isLink) throw refused('another site asked for this');
}

const refused = (text: string): Refusal => new Refusal(403, 'NOT_ALLOWED', text);
