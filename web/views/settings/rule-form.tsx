import { useState } from 'preact/hooks';
import type { ScheduleRule } from '../../../src/node/commands.ts';
import { attempt } from '../../state/news.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { RateField } from './rate-field.tsx';
import { parseRateInput, type RateInput } from './rate-input.ts';
import { WEEK, daysWords, hoursWords, parseTimeText, ruleHours } from './schedule-words.ts';

interface RuleFormProps {
  readonly onAdd: (rule: ScheduleRule) => Promise<void>;
  readonly onCancel: () => void;
}

interface Draft {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly down: RateInput;
  readonly up: RateInput;
}

const START: Draft = {
  days: [1, 2, 3, 4, 5],
  from: '08:00',
  to: '18:00',
  down: { amount: '', unit: 'M' },
  up: { amount: '', unit: 'M' },
};

/** Days, hours and speeds of a new rule. */
export function RuleForm({ onAdd, onCancel }: RuleFormProps) {
  const [draft, setDraft] = useState(START);
  const change = (part: Partial<Draft>): void => setDraft((last) => ({ ...last, ...part }));
  const rule = toRule(draft);
  return (
    <form
      class="rule-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (rule) void attempt(() => onAdd(rule));
      }}
    >
      <DayChoice days={draft.days} onChange={(days) => change({ days })} />
      <div class="rule-hours">
        <Field label="From" type="time" value={draft.from} onInput={(from) => change({ from })} />
        <Field label="To" type="time" value={draft.to} onInput={(to) => change({ to })} />
      </div>
      <div class="rule-rates">
        <RateField label="Down" value={draft.down} onInput={(down) => change({ down })} />
        <RateField label="Up" value={draft.up} onInput={(up) => change({ up })} />
      </div>
      <p class="hint" role="status">
        {rule
          ? `${daysWords(rule.days)}, ${hoursWords(rule)}`
          : 'Choose at least one day, two times and the speeds.'}
      </p>
      <div class="actions">
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" type="submit" disabled={!rule}>
          Add
        </Button>
      </div>
    </form>
  );
}

function toRule(draft: Draft): ScheduleRule | undefined {
  const from = parseTimeText(draft.from);
  const to = parseTimeText(draft.to);
  const downLimit = parseRateInput(draft.down);
  const upLimit = parseRateInput(draft.up);
  if (from === undefined || to === undefined || draft.days.length === 0) return undefined;
  if (downLimit === undefined || upLimit === undefined) return undefined;
  return { days: [...draft.days].sort((a, b) => a - b), ...ruleHours(from, to), upLimit, downLimit };
}

interface DayChoiceProps {
  readonly days: readonly number[];
  readonly onChange: (days: number[]) => void;
}

function DayChoice({ days, onChange }: DayChoiceProps) {
  const toggle = (day: number): void =>
    onChange(days.includes(day) ? days.filter((other) => other !== day) : [...days, day]);
  return (
    <fieldset class="days">
      <legend>Days on which it begins</legend>
      {WEEK.map(({ day, short, long }) => (
        <label key={day} class={days.includes(day) ? 'on' : ''}>
          <input
            type="checkbox"
            aria-label={long}
            checked={days.includes(day)}
            onChange={() => toggle(day)}
          />
          <span aria-hidden="true">{short}</span>
        </label>
      ))}
    </fieldset>
  );
}
