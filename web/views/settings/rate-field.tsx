import { Choice, Field } from '../../ui/field.tsx';
import { parseRateInput, type RateInput, type RateUnit } from './rate-input.ts';

const UNITS: readonly (readonly [RateUnit, string])[] = [
  ['K', 'KiB/s'],
  ['M', 'MiB/s'],
  ['G', 'GiB/s'],
];

interface RateFieldProps {
  readonly label: string;
  readonly value: RateInput;
  readonly onInput: (value: RateInput) => void;
}

/** A speed limit: a number and its unit; empty means none. */
export function RateField({ label, value, onInput }: RateFieldProps) {
  const wrong = parseRateInput(value) === undefined;
  return (
    <div class="rate-field">
      <Field
        label={label}
        value={value.amount}
        placeholder="no limit"
        onInput={(amount) => onInput({ ...value, amount })}
        error={wrong ? 'A number above 0, or nothing for no limit.' : undefined}
      />
      <Choice
        hideLabel
        label={`Unit of ${label}`}
        value={value.unit}
        options={UNITS}
        onChange={(unit) => onInput({ ...value, unit })}
      />
    </div>
  );
}
