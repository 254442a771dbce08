import { call } from '../../api/client.ts';
import type { ContentFileRow } from '../../state/store.ts';
import { formatBytes, formatPercent } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Meter, Notice } from '../../ui/show.tsx';

interface LoadedProps {
  readonly group: string;
  readonly file: string;
  readonly row: ContentFileRow;
  readonly running: boolean;
}

/** How much of it is here already; nothing when all of it is. */
export function LoadedWords({ group, file, row, running }: LoadedProps) {
  if (row.doneBytes >= row.size) return null;
  const part = row.size === 0 ? 1 : row.doneBytes / row.size;
  const words = `${formatPercent(part)} of ${formatBytes(row.size)} is here.`;
  return (
    <div class="loaded">
      <Meter part={part} label={`Here of ${row.path}`} />
      {running ? (
        <p class="hint">
          {words} What you look at is fetched first; it may stop for a moment where bytes are missing.
        </p>
      ) : (
        <Notice
          title="The rest is not coming at the moment"
          actions={<Button onClick={() => call('resumeDownload', { group, file })}>Resume</Button>}
        >
          {words}{' '}
          {row.priority === 'skip'
            ? 'This file was left out of the download.'
            : 'The download is not running.'}
        </Notice>
      )}
    </div>
  );
}
