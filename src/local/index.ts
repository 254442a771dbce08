/**
 * A node's local API: HTTP and server-sent events at a Unix socket, for commands and shells of the same system user, and
 * on 127.0.0.1 for the page. HTTP: RFC 9110, 9112; cookies: RFC 6265.
 */
export { connectLocal, type RemoteNode } from './remote-node.ts';
export type { LocalOptions, LocalServer } from './local-options.ts';
export type { HostCalls, NodeHost, NodeState, OpenedLink, Places } from './node-host.ts';
export { serveLocal } from './serve-local.ts';
