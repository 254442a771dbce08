import { Button } from '../../ui/button.tsx';
import { Field, type FieldProps } from '../../ui/field.tsx';
import { choosePlace } from '../files/place-browser.tsx';

type PlaceFieldProps = Pick<FieldProps, 'label' | 'value' | 'onInput' | 'placeholder' | 'hint'> & {
  /** What the dialog asks for. */
  readonly title: string;
};

/** The path of a folder: written, or chosen among the places that the page may use. */
export function PlaceField({ title, ...field }: PlaceFieldProps) {
  const choose = async (): Promise<void> => {
    const path = await choosePlace({ title, action: 'Choose', what: 'folder' });
    if (path !== undefined) field.onInput(path);
  };
  return (
    <div class="place-field">
      <Field {...field} mono />
      <Button icon="folder" onClick={choose}>
        Choose…
      </Button>
    </div>
  );
}
