import { useEffect, useState } from 'preact/hooks';
import type { LimitRow } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { Failure, Loading } from '../../ui/show.tsx';
import { LimitForm } from '../settings/limit-form.tsx';

/** How fast this one file may go. */
export function FileLimits({ group, file }: { readonly group: string; readonly file: string }) {
  const [limits, setLimits] = useState<Pick<LimitRow, 'upLimit' | 'downLimit'>>();
  const [error, setError] = useState<unknown>();
  const ask = async (): Promise<void> => {
    try {
      const { rows } = await call('limits', {});
      const own = rows.find((row) => row.group === group && row.file === file);
      setLimits(own ?? { upLimit: null, downLimit: null });
      setError(undefined);
    } catch (thrown) {
      setError(thrown);
    }
  };
  useEffect(() => void ask(), [group, file]);
  if (!limits)
    return error === undefined ? (
      <Loading what="Asking the node…" />
    ) : (
      <Failure error={error} onRetry={ask} />
    );
  return (
    <LimitForm
      legend="Speed of this file"
      limits={limits}
      onSave={async (direction, bytesPerSecond) => {
        setLimits(await call('setLimit', { direction, bytesPerSecond, group, file }));
      }}
    />
  );
}
