import { useState } from 'preact/hooks';
import type { ScheduleRule } from '../../../src/node/commands.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { rateWords } from './rate-input.ts';
import { RuleForm } from './rule-form.tsx';
import { daysWords, hiddenRules, hoursWords } from './schedule-words.ts';

interface ScheduleProps {
  readonly rules: readonly ScheduleRule[];
  readonly onSave: (rules: ScheduleRule[]) => Promise<void>;
}

const RULES_MAX = 50;

/** Speeds at certain hours: a list of rules, of which the first that fits counts. */
export function ScheduleEditor({ rules, onSave }: ScheduleProps) {
  const [adding, setAdding] = useState(false);
  const hidden = hiddenRules(rules);
  return (
    <div class="setting">
      <h3>Schedule</h3>
      <p class="hint">
        Other speeds at certain hours, such as slow by day and fast at night. If several fit, the first one
        counts.
      </p>
      {rules.length > 0 && (
        <ol class="rows">
          {rules.map((rule, index) => (
            <li key={JSON.stringify([index, rule])}>
              <span class="row-main">
                <span>
                  {daysWords(rule.days)}, {hoursWords(rule)}
                </span>
                <span class="hint">
                  down {rateWords(rule.downLimit)}, up {rateWords(rule.upLimit)}
                </span>
                {hidden.includes(index) && (
                  <span class="row-warning">Never counts: rules before it hold at all its hours.</span>
                )}
              </span>
              <IconButton
                icon="close"
                label={`Remove the rule for ${daysWords(rule.days)}, ${hoursWords(rule)}`}
                onClick={() => onSave(rules.filter((_, other) => other !== index))}
              />
            </li>
          ))}
        </ol>
      )}
      {adding ? (
        <RuleForm
          onCancel={() => setAdding(false)}
          onAdd={async (rule) => {
            await onSave([...rules, rule]);
            setAdding(false);
          }}
        />
      ) : (
        <Button icon="add" disabled={rules.length >= RULES_MAX} onClick={() => setAdding(true)}>
          Add hours
        </Button>
      )}
    </div>
  );
}
