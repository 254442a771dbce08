import { call } from '../../api/client.ts';
import { href } from '../../router.ts';
import type { DownloadRow } from '../../state/store.ts';
import { sentence } from '../../text/failures.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Meter, Pill } from '../../ui/show.tsx';

interface HeadProps {
  readonly group: string;
  readonly file: string;
  /** Undefined: it is shared, not downloaded. */
  readonly row: DownloadRow | undefined;
}

const STATES: Record<
  DownloadRow['state'],
  { readonly words: string; readonly tone: 'accent' | 'calm' | 'good' | 'bad' }
> = {
  D: { words: 'Downloading', tone: 'accent' },
  Q: { words: 'Waiting its turn', tone: 'calm' },
  P: { words: 'Paused', tone: 'calm' },
  C: { words: 'Complete', tone: 'good' },
  F: { words: 'Failed', tone: 'bad' },
};

export function DetailsHead({ group, file, row }: HeadProps) {
  const state = row === undefined ? { words: 'Shared by you', tone: 'good' as const } : STATES[row.state];
  return (
    <header class="details-head">
      <nav aria-label="Back">
        <a class="back-link" href={href('groups', group)}>
          <Icon name="back" /> <bdi>{group}</bdi>
        </a>
      </nav>
      <h1>
        <bdi>{row?.file ?? file}</bdi>
      </h1>
      <div class="details-state">
        <Pill tone={state.tone}>{state.words}</Pill>
        {row && <span class="details-remark">{sentence(row.remark)}</span>}
      </div>
      {row && <Progress row={row} />}
      <div class="actions">
        <a class="button primary" href={href('preview', group, file)}>
          <Icon name="eye" />
          <span>Look inside</span>
        </a>
        {row && <RunButton row={row} />}
      </div>
      {row && (
        <p class="hint details-path">
          Kept at <span class="mono">{row.path}</span>
        </p>
      )}
    </header>
  );
}

function Progress({ row }: { readonly row: DownloadRow }) {
  const part = row.totalBytes === 0 ? (row.state === 'C' ? 1 : undefined) : row.doneBytes / row.totalBytes;
  const tone = STATES[row.state].tone;
  const words = [
    part === undefined
      ? 'Asking others what is in it'
      : `${formatPercent(part)} of ${formatBytes(row.totalBytes)}`,
    ...(row.state === 'D' ? [formatRate(row.bytesPerSecond)] : []),
    ...(row.state === 'D' && row.secondsLeft !== null ? [`${formatDuration(row.secondsLeft)} left`] : []),
    ...(row.state === 'D' ? [formatCount(row.peers, 'peer')] : []),
  ];
  return (
    <>
      <Meter part={part} label={`Progress of ${row.file}`} tone={tone} />
      <p class="details-numbers">{words.map((one) => one.replaceAll(' ', '\u00a0')).join('\u00a0· ')}</p>
    </>
  );
}

function RunButton({ row }: { readonly row: DownloadRow }) {
  const { group, file } = row;
  if (row.state === 'C') return null;
  if (row.state === 'P' || row.state === 'F') {
    return (
      <Button icon="play" onClick={() => call('resumeDownload', { group, file })}>
        {row.state === 'F' ? 'Try again' : 'Resume'}
      </Button>
    );
  }
  return (
    <Button icon="pause" onClick={() => call('pauseDownload', { group, file })}>
      Pause
    </Button>
  );
}
