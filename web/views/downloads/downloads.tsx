import { signal } from '@preact/signals';
import { useLive } from '../../state/live-list.ts';
import { downloads, type DownloadRow } from '../../state/store.ts';
import { href } from '../../router.ts';
import { formatRate } from '../../text/format.ts';
import { transfers } from '../../state/transfers.ts';
import { Empty, Failure, Loading } from '../../ui/show.tsx';
import { TotalSpeed } from '../lazy-views.ts';
import { DownloadCard } from './download-card.tsx';

/** Kept while one walks about the page. */
const chartOpen = signal(false);

const SECTIONS = [
  { title: 'Under way', states: ['D', 'Q'] },
  { title: 'Paused', states: ['P'] },
  { title: 'Failed', states: ['F'] },
  { title: 'Complete', states: ['C'] },
] as const;

/** All downloads, those that move first. */
export function Downloads() {
  const { rows, error } = useLive(downloads);
  const now = transfers.value;
  return (
    <>
      <header class="head">
        <h1>Downloads</h1>
        {now && (
          <p class="quiet">
            {formatRate(now.downloadBytesPerSecond)} in, {formatRate(now.uploadBytesPerSecond)} out
          </p>
        )}
      </header>
      {error && <Failure error={error} onRetry={() => downloads.refresh()} />}
      {!rows && !error && <Loading what="Asking for the downloads…" />}
      {rows?.length === 0 && (
        <Empty
          icon="down"
          title="No downloads yet"
          actions={
            <a class="button primary" href={href('groups')}>
              Go to your groups
            </a>
          }
        >
          Open a group and press Download beside a file.
        </Empty>
      )}
      {rows && rows.length > 0 && <SpeedOverTime />}
      {SECTIONS.map(({ title, states }) => (
        <Section
          key={title}
          title={title}
          rows={(rows ?? []).filter((row) => states.some((state) => state === row.state))}
        />
      ))}
    </>
  );
}

/** A chart for whoever wants it: it is fetched when it is opened. */
function SpeedOverTime() {
  return (
    <details
      class="card fold"
      open={chartOpen.value}
      onToggle={(event) => (chartOpen.value = event.currentTarget.open)}
    >
      <summary>Speed over time</summary>
      {chartOpen.value && <TotalSpeed />}
    </details>
  );
}

function Section({ title, rows }: { readonly title: string; readonly rows: readonly DownloadRow[] }) {
  if (rows.length === 0) return null;
  const id = `downloads-${title.replace(' ', '-')}`;
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>
        {title} <span class="quiet">{rows.length}</span>
      </h2>
      <ul class="cards">
        {rows.map((row) => (
          <DownloadCard key={`${row.group}/${row.content}`} row={row} />
        ))}
      </ul>
    </section>
  );
}
