import type { Limits } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { href } from '../../router.ts';
import { LiveList, useLive } from '../../state/live-list.ts';
import { attempt } from '../../state/news.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/field.tsx';
import { Failure, Loading, Notice } from '../../ui/show.tsx';
import { LimitForm } from './limit-form.tsx';
import { rateWords } from './rate-input.ts';
import { ScheduleEditor } from './schedule-editor.tsx';

const limits = new LiveList<Limits>(
  () => call('limits', {}),
  (change) => change.what === 'account',
);
const NONE = { group: null, file: null, upLimit: null, downLimit: null };

/** How fast everything may go, and when. */
export function LimitsSection() {
  const { rows, error } = useLive(limits);
  if (!rows) return error ? <Failure error={error} /> : <Loading what="Asking the node…" />;
  const all = rows.rows.find((row) => row.group === null) ?? NONE;
  return (
    <>
      {rows.scheduled && (
        <Notice title="The schedule is in force now">
          Its speeds hold instead of those below until its hours are over.
        </Notice>
      )}
      <LimitForm
        legend="Everything together"
        limits={all}
        onSave={async (direction, bytesPerSecond) => {
          await call('setLimit', { direction, bytesPerSecond });
          await limits.refresh();
        }}
      />
      <Check
        label="My own network has no limits"
        hint="With computers in the same house or lab I exchange as fast as we can."
        checked={rows.lanExempt}
        onChange={(exempt) =>
          void attempt(async () => {
            await call('exemptLan', { exempt });
            await limits.refresh();
          })
        }
      />
      <ScheduleEditor
        rules={rows.schedule}
        onSave={async (rules) => limits.put(await call('setSchedule', { rules }))}
      />
      <OtherLimits rows={rows.rows.filter((row) => row.group !== null)} />
    </>
  );
}

/** Limits of single groups and files, so that none is forgotten. */
function OtherLimits({ rows }: { readonly rows: Limits['rows'] }) {
  if (rows.length === 0) return null;
  const lift = async (group: string, file: string | null): Promise<void> => {
    await call('setLimit', {
      direction: 'both',
      bytesPerSecond: null,
      group,
      ...(file === null ? {} : { file }),
    });
    await limits.refresh();
  };
  return (
    <div class="setting">
      <h3>Limits of single groups and files</h3>
      <ul class="rows">
        {rows.map(({ group, file, downLimit, upLimit }) =>
          group === null ? null : (
            <li key={JSON.stringify([group, file])}>
              <span class="row-main">
                <a href={file === null ? href('groups', group) : href('transfer', group, file)}>
                  <bdi>{file ?? group}</bdi>
                </a>
                <span class="hint">
                  down {rateWords(downLimit)}, up {rateWords(upLimit)}
                </span>
              </span>
              <Button small label={`Lift the limits of ${file ?? group}`} onClick={() => lift(group, file)}>
                Lift
              </Button>
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
