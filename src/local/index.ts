/**
 * A node's local API: HTTP and server-sent events at a Unix socket, for commands and shells of the same system user, and
 * on 127.0.0.1 for the page. HTTP: RFC 9110, 9112; cookies: RFC 6265.
 */
import type { LocalOptions, LocalServer } from './local-options.ts';

export { connectLocal, type RemoteNode } from './remote-node.ts';
export type { LocalOptions, LocalServer };
export type { HostCalls, NodeHost, NodeState, OpenedLink, Places } from './node-host.ts';

/** As `serveLocal` of serve-local.ts says, which is loaded only now: who merely calls a node answers at once. */
export async function serveLocal(options: LocalOptions): Promise<LocalServer> {
  const room = await import('./serve-local.ts');
  return room.serveLocal(options);
}
