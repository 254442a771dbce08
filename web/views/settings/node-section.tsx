import { call } from '../../api/client.ts';
import { LiveList, useLive } from '../../state/live-list.ts';
import { nodeState } from '../../state/store.ts';
import { formatCount, formatTime } from '../../text/format.ts';
import { Failure, Loading, Pill } from '../../ui/show.tsx';
import { Facts } from './facts.tsx';

const status = new LiveList(
  () => call('status', {}),
  (change) => change.what === 'trackers' || change.what === 'account',
);

/** What this node is, where it keeps its things, and how its trackers are. */
export function NodeSection() {
  const node = useLive(nodeState);
  const { rows, error } = useLive(status);
  if (!rows || !node.rows) return error ? <Failure error={error} /> : <Loading what="Asking the node…" />;
  return (
    <>
      <Facts
        facts={[
          ['Version', node.rows.version],
          ['Running since', formatTime(node.rows.startedAtMs)],
          ['Data folder', <span class="mono">{rows.dataDir}</span>],
          ['Others connect to', <span class="mono">{rows.listening}</span>],
          ['Under way', `${formatCount(rows.shares, 'share')}, ${formatCount(rows.downloads, 'download')}`],
        ]}
      />
      <h3>Trackers</h3>
      <p class="hint">They introduce people to each other. Files never pass through them.</p>
      <ul class="rows">
        {rows.trackers.map((tracker) => (
          <li key={tracker.address}>
            <span class="mono">{tracker.address}</span>
            <Pill tone={tracker.state === 'connected' ? 'good' : 'bad'}>{tracker.state}</Pill>
          </li>
        ))}
      </ul>
    </>
  );
}
