import { dismissUpload, uploads, type Upload } from '../../state/uploads.ts';
import { formatBytes, formatPercent } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Meter } from '../../ui/show.tsx';

const STAGES = {
  waiting: 'Waits',
  sending: 'Handing over',
  hashing: 'Computing check sums',
  failed: 'Failed',
} as const;

/** What is on its way into the group from here. */
export function UploadList({ group }: { readonly group: string }) {
  const own = uploads.value.filter((upload) => upload.group === group);
  if (own.length === 0) return null;
  return (
    <ul class="cards uploads" aria-label="Being shared">
      {own.map((upload) => (
        <UploadCard key={upload.id} upload={upload} />
      ))}
    </ul>
  );
}

function UploadCard({ upload }: { readonly upload: Upload }) {
  const { id, name, stage, doneBytes, totalBytes, error, cancel } = upload;
  const part = totalBytes === 0 ? undefined : doneBytes / totalBytes;
  return (
    <li class="card upload">
      <div class="line">
        <strong class="ellipsis grow">{name}</strong>
        {stage === 'failed' ? (
          <Button small onClick={() => dismissUpload(id)} label={`Dismiss ${name}`}>
            Dismiss
          </Button>
        ) : (
          <Button small onClick={cancel} label={`Stop sharing ${name}`}>
            Stop
          </Button>
        )}
      </div>
      {error ? (
        <Failure error={error} />
      ) : (
        <>
          <Meter part={stage === 'waiting' ? 0 : part} label={`${STAGES[stage]}: ${name}`} />
          <span class="quiet">
            {STAGES[stage]}
            {part !== undefined &&
              stage !== 'waiting' &&
              ` · ${formatPercent(part)} of ${formatBytes(totalBytes)}`}
          </span>
        </>
      )}
    </li>
  );
}
