import type { FilePriority } from '../../../src/node/commands.ts';
import { href } from '../../router.ts';
import type { ContentFileRow } from '../../state/store.ts';
import { formatBytes } from '../../text/format.ts';
import { Choice } from '../../ui/field.tsx';
import { Meter } from '../../ui/show.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { pathInside } from '../parts/path-inside.ts';

interface InsideListProps {
  readonly group: string;
  readonly file: string;
  readonly rows: readonly ContentFileRow[];
  /** Of a share everything is there: nothing is to be chosen. */
  readonly choosable: boolean;
  readonly onChoose: (paths: readonly string[], priority: FilePriority) => Promise<void>;
}

const PRIORITIES = [
  ['high', 'First'],
  ['normal', 'Normal'],
  ['low', 'Last'],
  ['skip', 'Leave out'],
] as const;

export function InsideList({ group, file, rows, choosable, onChoose }: InsideListProps) {
  return (
    <div class={`inside-list${choosable ? '' : ' fixed'}`}>
      <VirtualList
        rows={rows}
        rowHeight={56}
        keyOf={(row) => row.path}
        label="Files inside"
        columns={choosable ? ['Name', 'Size', 'Here', 'Wanted'] : ['Name', 'Size', 'Here']}
        rowClass={(row) => (row.priority === 'skip' ? 'skipped' : '')}
        render={(row, tabIndex) => (
          <>
            <div role="gridcell" class="inside-name">
              <a href={href('preview', group, file, row.path)} tabIndex={tabIndex} title={row.path}>
                <bdi>{row.path.slice(folderEnd(row.path))}</bdi>
              </a>
              <span class="inside-folder">
                <span class="inside-size-narrow">{formatBytes(row.size)} </span>
                <bdi>{pathInside(file, row.path.slice(0, folderEnd(row.path)))}</bdi>
              </span>
            </div>
            <div role="gridcell" class="inside-size">
              {formatBytes(row.size)}
            </div>
            <div role="gridcell" class="inside-here">
              <Meter
                part={partOf(row)}
                label={`Held of ${row.path}`}
                tone={partOf(row) === 1 ? 'good' : 'accent'}
              />
            </div>
            {choosable && (
              <div role="gridcell" class="inside-wanted">
                <Choice
                  hideLabel
                  label={`How much ${row.path} is wanted`}
                  tabIndex={tabIndex}
                  value={row.priority}
                  options={PRIORITIES}
                  onChange={(priority) => void onChoose([row.path], priority)}
                />
              </div>
            )}
          </>
        )}
      />
    </div>
  );
}

const partOf = (row: ContentFileRow): number => (row.size === 0 ? 1 : row.doneBytes / row.size);

/** Where the name begins, after the folders that it lies in. */
const folderEnd = (path: string): number => path.lastIndexOf('/') + 1;
