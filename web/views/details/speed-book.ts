import { effect } from '@preact/signals';
import { wallMs } from '../../clock.ts';
import { connection } from '../../state/store.ts';
import { transfers } from '../../state/transfers.ts';
import { SpeedHistory } from './speed-history.ts';

/** So many downloads and shares are remembered; of more, those that were not asked for longest are forgotten. */
const HISTORIES_MAX = 200;

const histories = new Map<string, SpeedHistory>();

/** How fast a download or share was, as long as the page knows of it. */
export function speedsOf(group: string, file: string): SpeedHistory {
  const key = JSON.stringify([group, file]);
  const history = histories.get(key) ?? new SpeedHistory();
  histories.delete(key);
  histories.set(key, history);
  const oldest = histories.keys().next().value;
  if (histories.size > HISTORIES_MAX && oldest !== undefined) histories.delete(oldest);
  return history;
}

effect(() => {
  const told = transfers.value;
  if (told === undefined) return;
  const now = wallMs();
  for (const row of told.downloads) {
    if (row.state === 'D') speedsOf(row.group, row.file).add(now, row.bytesPerSecond, null);
  }
});

effect(() => {
  if (connection.value !== 'lost') return;
  for (const history of histories.values()) history.lose();
});
