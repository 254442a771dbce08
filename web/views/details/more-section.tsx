import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { attempt, say } from '../../state/news.ts';
import type { DownloadRow } from '../../state/store.ts';
import { formatBytes } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/field.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FileLimits } from './file-limits.tsx';
import { Section } from './section.tsx';

interface MoreProps {
  readonly group: string;
  readonly file: string;
  readonly row: DownloadRow | undefined;
}

const PLACES = [
  ['high', 'Before others'],
  ['normal', 'Normal'],
  ['low', 'After others'],
] as const;

/** What is done to the file as a whole. */
export function MoreSection({ group, file, row }: MoreProps) {
  const [exporting, setExporting] = useState(false);
  const recheck = async (): Promise<void> => {
    const { goodBytes, totalBytes } = await call('recheck', { group, file });
    const whole = goodBytes === totalBytes;
    say({
      kind: whole ? 'good' : 'bad',
      title: whole ? `${file} is as it should be` : `${file} is damaged or incomplete`,
      text: `${formatBytes(goodBytes)} of ${formatBytes(totalBytes)} on disk are right.${whole || !row ? '' : ' What is wrong is downloaded again.'}`,
    });
  };
  return (
    <Section title="Limits and more" wide>
      <div class="more-grid">
        <FileLimits group={group} file={file} />
        <div class="more-rest">
          {row && row.state !== 'C' && (
            <Choice
              label="Its turn among the downloads"
              value={row.priority}
              options={PLACES}
              onChange={(priority) => void attempt(() => call('setPriority', { group, file, priority }))}
            />
          )}
          <div class="more-action">
            <Button icon="check" onClick={recheck}>
              Check what is on disk
            </Button>
            <p class="hint">Reads all of it again and compares. Large files take a while.</p>
          </div>
          <div class="more-action">
            <Button icon="link" onClick={() => setExporting(true)}>
              Export for other programs
            </Button>
            <p class="hint">Writes a .torrent file with which other BitTorrent programs take part.</p>
          </div>
        </div>
      </div>
      {exporting && <ExportDialog group={group} file={file} onClose={() => setExporting(false)} />}
    </Section>
  );
}
