import { FOREIGN_DEVICE_PREFIX } from '../../api/index.ts';
import type { UserId } from '../../base/index.ts';
import type { SourceKey } from '../../swarm/index.ts';
import type { PeerEntry } from '../seams.ts';

/**
 * Which of `sources` has dialled us, if it is another BitTorrent program: such a one does not say it. Its address and its
 * member do, if there is one such program alone; otherwise it would be dialled, too, and take that for a second one.
 */
export function foreignKeyOf(
  sources: readonly PeerEntry[],
  dialler: { readonly user: UserId; readonly remote: { readonly host: string } },
): SourceKey | undefined {
  const fitting = sources.filter(
    ({ device, uid, addresses }) =>
      device.startsWith(FOREIGN_DEVICE_PREFIX) &&
      uid === dialler.user &&
      addresses.some(({ host }) => host === dialler.remote.host),
  );
  return fitting.length === 1 ? fitting[0]?.key : undefined;
}
