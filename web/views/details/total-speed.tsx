import { nowMs, wallMs } from '../../clock.ts';
import { connection } from '../../state/store.ts';
import { speeds } from '../../state/transfers.ts';
import { SpeedChart } from './speed-chart.tsx';
import { SpeedHistory } from './speed-history.ts';
import './details.css';

/** The speed of everything together over the last ten minutes. */
export default function TotalSpeed() {
  const now = wallMs();
  const opened = now - nowMs();
  const history = new SpeedHistory();
  for (const { atMs, down, up } of speeds.value) history.add(opened + atMs, down, up);
  if (connection.value !== 'live') history.lose();
  return <SpeedChart columns={history.columns(now)} />;
}
