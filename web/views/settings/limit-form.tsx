import { useEffect, useState } from 'preact/hooks';
import type { LimitRow } from '../../../src/node/commands.ts';
import { attempt, say } from '../../state/news.ts';
import { Button } from '../../ui/button.tsx';
import { RateField } from './rate-field.tsx';
import { parseRateInput, toRateInput, type RateInput } from './rate-input.ts';

interface LimitFormProps {
  readonly legend: string;
  readonly limits: Pick<LimitRow, 'upLimit' | 'downLimit'>;
  /** Called for each direction that differs. */
  readonly onSave: (direction: 'up' | 'down', bytesPerSecond: number | null) => Promise<void>;
}

/** Two speed limits, down and up. */
export function LimitForm({ legend, limits, onSave }: LimitFormProps) {
  const [down, setDown] = useState<RateInput>(() => toRateInput(limits.downLimit));
  const [up, setUp] = useState<RateInput>(() => toRateInput(limits.upLimit));
  useEffect(() => setDown(toRateInput(limits.downLimit)), [limits.downLimit]);
  useEffect(() => setUp(toRateInput(limits.upLimit)), [limits.upLimit]);
  const rates = { down: parseRateInput(down), up: parseRateInput(up) };
  const wrong = rates.down === undefined || rates.up === undefined;
  const changed = rates.down !== limits.downLimit || rates.up !== limits.upLimit;
  const save = async (): Promise<void> => {
    if (rates.down !== undefined && rates.down !== limits.downLimit) await onSave('down', rates.down);
    if (rates.up !== undefined && rates.up !== limits.upLimit) await onSave('up', rates.up);
    say({ kind: 'good', title: 'Speed limits are set' });
  };
  return (
    <form
      class="limit-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && changed) void attempt(save);
      }}
    >
      <fieldset>
        <legend>{legend}</legend>
        <RateField label="Down" value={down} onInput={setDown} />
        <RateField label="Up" value={up} onInput={setUp} />
      </fieldset>
      <Button type="submit" disabled={wrong || !changed}>
        Set limits
      </Button>
    </form>
  );
}
