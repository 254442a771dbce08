import type { PeerRow } from '../../../src/node/commands.ts';
import { formatBytes, formatPercent, formatRate } from '../../text/format.ts';

const ROWS_MAX = 300;

/** With whom it is exchanged, in words and numbers: the drawing's other form. */
export function PeersTable({ peers }: { readonly peers: readonly PeerRow[] }) {
  const rows = peers.toSorted(byActivity).slice(0, ROWS_MAX);
  return (
    <div class="table-scroll" role="region" aria-label="Peers" tabIndex={0}>
      <table class="peers">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Has</th>
            <th scope="col">Gives us</th>
            <th scope="col">Gets from us</th>
            <th scope="col">Address</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Peer key={`${row.user} ${row.address}`} row={row} />
          ))}
        </tbody>
      </table>
      {peers.length > rows.length && <p class="hint">{peers.length - rows.length} more are not listed.</p>}
    </div>
  );
}

function Peer({ row }: { readonly row: PeerRow }) {
  return (
    <tr class={row.direction === '-' ? 'gone' : ''}>
      <th scope="row">
        <bdi>{row.user}</bdi>
        {row.direction === '-' && <span class="hint"> gone</span>}
        {row.fault !== undefined && <span class="peer-fault">broke the rules: {row.fault}</span>}
      </th>
      <td>{formatPercent(row.progress)}</td>
      <Flow rate={row.bytesPerSecondFrom} total={row.bytesFrom} />
      <Flow rate={row.bytesPerSecondTo} total={row.bytesTo} />
      <td class="mono">{row.address}</td>
    </tr>
  );
}

function Flow({ rate, total }: { readonly rate: number; readonly total: number }) {
  return (
    <td>
      {rate > 0 ? <strong>{formatRate(rate)}</strong> : <span class="hint">still</span>}
      <span class="flow-total">{formatBytes(total)} in all</span>
    </td>
  );
}

function byActivity(a: PeerRow, b: PeerRow): number {
  const gone = (row: PeerRow): number => (row.direction === '-' ? 1 : 0);
  const total = (row: PeerRow): number => row.bytesFrom + row.bytesTo;
  return gone(a) - gone(b) || total(b) - total(a) || (a.user < b.user ? -1 : 1);
}
