import { signal } from '@preact/signals';
import { useMemo, useState } from 'preact/hooks';
import { useLive } from '../../state/live-list.ts';
import { account, filesOf, type FileRow } from '../../state/store.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Empty, Failure, Loading } from '../../ui/show.tsx';
import { useMedia } from '../../ui/use-media.ts';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { DropZone } from './drop-zone.tsx';
import { fileArguments, FILE_ORDERS, pickFiles, type FileOrder } from './file-order.ts';
import { FileCells, FILE_COLUMNS, openFile } from './file-cells.tsx';
import { ShareDialog } from './share-dialog.tsx';
import { UploadList } from './upload-list.tsx';

/** Kept while one walks about the page. */
const order = signal<FileOrder>('name');

/** The files of a group: found, sorted, shared, downloaded. */
export function GroupFiles({ group }: { readonly group: string }) {
  const list = filesOf(group);
  const { rows, error } = useLive(list);
  const [sharing, setSharing] = useState(false);
  return (
    <DropZone group={group}>
      {error && <Failure error={error} onRetry={() => list.refresh()} />}
      {!rows && !error && <Loading what="Asking for the files…" />}
      <UploadList group={group} />
      {rows?.length === 0 && <NoFiles onShare={() => setSharing(true)} />}
      {rows && rows.length > 0 && <FileTable group={group} rows={rows} onShare={() => setSharing(true)} />}
      {sharing && <ShareDialog group={group} onClose={() => setSharing(false)} />}
    </DropZone>
  );
}

function NoFiles({ onShare }: { readonly onShare: () => void }) {
  return (
    <Empty
      icon="file"
      title="No files yet"
      actions={
        <Button kind="primary" icon="up" onClick={onShare}>
          Share a file or folder
        </Button>
      }
    >
      Share the first one, or drag it onto this page. It goes straight to the members, encrypted; no server
      keeps it.
    </Empty>
  );
}

interface FileTableProps {
  readonly group: string;
  readonly rows: readonly FileRow[];
  readonly onShare: () => void;
}

function FileTable({ group, rows, onShare }: FileTableProps) {
  const [filter, setFilter] = useState('');
  const { rows: me } = useLive(account);
  const narrow = useMedia('(max-width: 1020px)');
  const isMine = (row: FileRow): boolean => me !== undefined && row.sharers.includes(me.user);
  const shown = useMemo(
    () => pickFiles(rows, filter, order.value, isMine),
    [rows, filter, order.value, me?.user],
  );
  const argumentOf = useMemo(() => fileArguments(rows), [rows]);
  return (
    <>
      <div class="toolbar">
        <Field
          label="Find a file"
          hideLabel
          type="search"
          placeholder="Find a file"
          value={filter}
          onInput={setFilter}
        />
        <Choice
          label="Order"
          hideLabel
          value={order.value}
          options={FILE_ORDERS}
          onChange={(to) => (order.value = to)}
        />
        <Button kind="primary" icon="up" onClick={onShare}>
          Share
        </Button>
      </div>
      <p class="quiet counts" role="status">
        {shown.length === rows.length
          ? formatCount(rows.length, 'file')
          : `${shown.length} of ${formatCount(rows.length, 'file')}`}
        {' · '}
        {formatBytes(shown.reduce((sum, row) => sum + row.size, 0))}
      </p>
      {shown.length === 0 ? (
        <Empty icon="search" title="None is called so">
          Try fewer letters.
        </Empty>
      ) : (
        <div class="file-list">
          <VirtualList
            rows={shown}
            rowHeight={narrow ? 84 : 60}
            keyOf={(row) => `${row.content} ${row.file}`}
            label={`Files of ${group}`}
            columns={FILE_COLUMNS}
            onOpen={(row) => openFile(group, argumentOf(row), isMine(row))}
            render={(row, tabIndex) => (
              <FileCells
                group={group}
                row={row}
                file={argumentOf(row)}
                isMine={isMine(row)}
                tabIndex={tabIndex}
              />
            )}
          />
        </div>
      )}
    </>
  );
}
