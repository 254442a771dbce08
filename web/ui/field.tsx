import type { ComponentChildren, Ref } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  /** What is wrong with the value, said beside it. */
  readonly error?: string | undefined;
  readonly type?: 'text' | 'password' | 'search' | 'number' | 'time';
  /** More than one line. */
  readonly rows?: number;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly autofocus?: boolean;
  readonly required?: boolean;
  readonly hideLabel?: boolean;
  readonly mono?: boolean;
}

export function Field(props: FieldProps) {
  const { label, value, onInput, hint, error, type = 'text', rows, hideLabel, mono } = props;
  const id = useId();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // The attribute works only for what is there when a page or a dialog opens.
    if (props.autofocus) box.current?.focus();
  }, []);
  // One of the types of an input, whichever: the typings want each for itself.
  const kind = type as 'text';
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  const shared = {
    id,
    value,
    class: `input${mono ? ' mono' : ''}`,
    'aria-invalid': error !== undefined,
    ...(described === '' ? {} : { 'aria-describedby': described }),
    autocomplete: props.autocomplete ?? 'off',
    placeholder: props.placeholder ?? '',
    autofocus: props.autofocus === true,
    required: props.required === true,
    spellcheck: false,
    autocapitalize: 'none' as const,
  };
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'unseen' : ''}>
        {label}
      </label>
      {rows === undefined ? (
        <input
          {...shared}
          ref={box as Ref<HTMLInputElement>}
          type={kind}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      ) : (
        <textarea
          {...shared}
          ref={box as Ref<HTMLTextAreaElement>}
          rows={rows}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: ComponentChildren;
  readonly disabled?: boolean;
}

export function Check({ label, checked, onChange, hint, disabled }: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
      />
      <label for={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
  readonly hideLabel?: boolean;
  readonly tabIndex?: number;
}

/** A list to choose one of. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, onChange, hideLabel, tabIndex } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'unseen' : ''}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        value={value}
        {...(tabIndex === undefined ? {} : { tabIndex })}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
