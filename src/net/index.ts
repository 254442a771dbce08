/**
 * TLS peers: listening, dialling, examining certificates, limits of number and rate. What travels inside is the
 * business of others. Peers talk BitTorrent inside mutual TLS as libtorrent's SSL torrents do.
 */
export type { HostLimits } from './doorkeeper.ts';
export { isLanHost } from './lan.ts';
export { formatAddress, interfaceHosts, type PeerAddress } from './peer-address.ts';
export { sniOf, type Admission, type PeerContext, type PeerCredentials } from './peer-context.ts';
export { openPeerHost, type PeerHost, type PeerHostOptions } from './peer-host.ts';
export type { PeerRates, PeerSocket, PeerSocketHandlers } from './peer-socket.ts';
export { RateLimiter } from './rate-limiter.ts';
