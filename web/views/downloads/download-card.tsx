import { call } from '../../api/client.ts';
import { say } from '../../state/news.ts';
import { argumentOf, downloads, type DownloadRow } from '../../state/store.ts';
import { go, href } from '../../router.ts';
import { sentence } from '../../text/failures.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { Meter, Pill } from '../../ui/show.tsx';
import { chooseFiles } from './choose-files-host.tsx';

const TONES = { D: 'accent', Q: 'calm', P: 'calm', F: 'bad', C: 'good' } as const;

export function DownloadCard({ row }: { readonly row: DownloadRow }) {
  const { group, file, state } = row;
  const part = row.totalBytes === 0 ? (state === 'C' ? 1 : 0) : row.doneBytes / row.totalBytes;
  return (
    <li class="card download">
      <div class="line">
        <a class="download-name ellipsis" href={href('transfer', group, argumentOf(row))} title={file}>
          {file}
        </a>
        {row.priority !== 'normal' && (
          <Pill tone={row.priority === 'high' ? 'accent' : 'calm'}>{row.priority} priority</Pill>
        )}
        <span class="download-percent">{formatPercent(part)}</span>
      </div>
      <Meter part={part} label={`Download of ${file}`} tone={TONES[state]} />
      <div class="line wrap">
        <div class="grow download-words">
          <p class="quiet facts">
            <a href={href('groups', group)}>{group}</a>
            {factsOf(row).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </p>
          {row.remark !== '' && (
            <p class={`remark ${state === 'F' ? 'bad' : row.peers === 0 && state === 'D' ? 'warn' : ''}`}>
              {sentence(row.remark)}
            </p>
          )}
        </div>
        <DownloadActions row={row} />
      </div>
    </li>
  );
}

/** What is known of it now, shortest first. */
function factsOf(row: DownloadRow): string[] {
  const size =
    row.state === 'C'
      ? formatBytes(row.totalBytes)
      : `${formatBytes(row.doneBytes)} of ${formatBytes(row.totalBytes)}`;
  if (row.state === 'Q') return [size, 'waits for its turn'];
  if (row.state !== 'D') return [size];
  return [
    size,
    formatRate(row.bytesPerSecond),
    ...(row.secondsLeft === null ? [] : [`${formatDuration(row.secondsLeft)} left`]),
    formatCount(row.peers, 'peer'),
  ];
}

function DownloadActions({ row }: { readonly row: DownloadRow }) {
  const { group, file, state } = row;
  const typed = argumentOf(row);
  const runs = state === 'D' || state === 'Q';
  const set = (name: 'pauseDownload' | 'resumeDownload') => async () => {
    await call(name, { group, file: typed });
    await downloads.refresh();
  };
  return (
    <span class="actions">
      {state !== 'F' && (
        <Button
          small
          icon="eye"
          onClick={() => go('preview', group, typed)}
          label={state === 'C' ? `Look at ${file}` : `Look at ${file} while it loads`}
        >
          Look{state !== 'C' && <span class="only-wide"> while it loads</span>}
        </Button>
      )}
      {runs && (
        <Button small icon="pause" label={`Pause ${file}`} onClick={set('pauseDownload')}>
          Pause
        </Button>
      )}
      {(state === 'P' || state === 'F') && (
        <Button
          small
          kind="primary"
          icon="play"
          label={`${state === 'F' ? 'Try' : 'Resume'} ${file}`}
          onClick={set('resumeDownload')}
        >
          {state === 'F' ? 'Try again' : 'Resume'}
        </Button>
      )}
      <Menu label={`More for ${file}`} items={menuOf(row)} />
    </span>
  );
}

function menuOf(row: DownloadRow): MenuItem[] {
  const { group, state, files } = row;
  const file = argumentOf(row);
  const details: MenuItem = { text: 'Details', icon: 'search', onClick: () => go('transfer', group, file) };
  if (state === 'C') {
    return [details, { text: 'Take off the list', icon: 'close', onClick: () => giveUp(row) }];
  }
  const other = (['high', 'normal', 'low'] as const).filter((priority) => priority !== row.priority);
  return [
    details,
    ...(files > 1
      ? [{ text: 'Choose files…', icon: 'check' as const, onClick: () => chooseFiles(group, file) }]
      : []),
    ...other.map((priority) => ({
      text: { high: 'Prefer it to others', normal: 'No more than others', low: 'Let others go first' }[
        priority
      ],
      icon: ({ high: 'up', normal: 'more', low: 'down' } as const)[priority],
      onClick: async () => {
        await call('setPriority', { group, file, priority });
        await downloads.refresh();
      },
    })),
    { text: 'Give up…', icon: 'close', danger: true, onClick: () => giveUp(row) },
  ];
}

async function giveUp(row: DownloadRow): Promise<void> {
  const { group, file, state } = row;
  const text = 'What has been downloaded of it is deleted.';
  if (state !== 'C' && !(await confirm({ title: `Give up ${file}?`, text, action: 'Give up', danger: true })))
    return;
  const { kept } = await call('cancelDownload', { group, file: argumentOf(row) });
  say({ title: kept ? `${file} is off the list; the file stays where it is` : `${file} was given up` });
  await downloads.refresh();
}
