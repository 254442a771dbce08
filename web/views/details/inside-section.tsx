import { useState } from 'preact/hooks';
import type { FilePriority } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import type { ContentFileRow, DownloadRow } from '../../state/store.ts';
import { attempt } from '../../state/news.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure, Loading } from '../../ui/show.tsx';
import { InsideList } from './inside-list.tsx';
import { Section } from './section.tsx';
import { useAsked } from './use-asked.ts';

interface InsideProps {
  readonly group: string;
  readonly file: string;
  readonly row: DownloadRow | undefined;
}

const MOVING_MS = 2_500;
const STILL_MS = 15_000;

/** The files inside, and which of them are wanted how much. */
export function InsideSection({ group, file, row }: InsideProps) {
  const key = JSON.stringify([group, file, row?.state]);
  const asked = useAsked(row?.state === 'D' ? MOVING_MS : STILL_MS, key, (signal) =>
    call('listContentFiles', { group, file }, { signal }),
  );
  const rows = asked.value;
  if (rows?.length === 1 && rows[0]?.path === file) return null;
  if (!rows && asked.error?.code === 'NOT_READY') return null;
  return (
    <Section title="Files inside" wide>
      {rows ? (
        <Inside group={group} file={file} rows={rows} choosable={row !== undefined} onChanged={asked.again} />
      ) : asked.error ? (
        <Failure error={asked.error} onRetry={asked.again} />
      ) : (
        <Loading what="Asking the node…" />
      )}
    </Section>
  );
}

interface ListProps {
  readonly group: string;
  readonly file: string;
  readonly rows: readonly ContentFileRow[];
  readonly choosable: boolean;
  readonly onChanged: () => void;
}

function Inside({ group, file, rows, choosable, onChanged }: ListProps) {
  const [sought, setSought] = useState('');
  const shown = rows.filter((row) => row.path.toLowerCase().includes(sought.trim().toLowerCase()));
  const skipped = rows.filter((row) => row.priority === 'skip').length;
  const choose = async (paths: readonly string[], priority: FilePriority): Promise<void> => {
    await attempt(() => call('setPriority', { group, file, paths: [...paths], priority }));
    onChanged();
  };
  const all = shown.map((row) => row.path);
  const found = new Set(all);
  const others = rows.map((row) => row.path).filter((path) => !found.has(path));
  return (
    <>
      <div class="inside-tools">
        <Field label="Find a file" type="search" value={sought} onInput={setSought} />
        {choosable && <Bulk sought={sought.trim() !== ''} shown={all} others={others} onChoose={choose} />}
      </div>
      <p class="hint inside-count">
        {formatCount(shown.length, 'file')}
        {shown.length < rows.length && ` of ${rows.length}`}
        {skipped > 0 && `, ${skipped} left out`}
      </p>
      <InsideList group={group} file={file} rows={shown} choosable={choosable} onChoose={choose} />
    </>
  );
}

interface BulkProps {
  /** Not all files are shown. */
  readonly sought: boolean;
  readonly shown: readonly string[];
  readonly others: readonly string[];
  readonly onChoose: (paths: readonly string[], priority: FilePriority) => Promise<void>;
}

/** What is done to many files at once. Never to leave out all: a download of nothing is none. */
function Bulk({ sought, shown, others, onChoose }: BulkProps) {
  const none = shown.length === 0;
  const only = async (): Promise<void> => {
    await onChoose(shown, 'normal');
    await onChoose(others, 'skip');
  };
  return (
    <div class="actions">
      <Button small disabled={none} onClick={() => onChoose(shown, 'normal')}>
        Take {sought ? 'these' : 'all'}
      </Button>
      {sought && others.length > 0 && (
        <>
          <Button small disabled={none} onClick={only}>
            Only these
          </Button>
          <Button small disabled={none} onClick={() => onChoose(shown, 'skip')}>
            Leave out these
          </Button>
        </>
      )}
    </div>
  );
}
