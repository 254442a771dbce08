import { askPermission, permission } from '../../state/notify.ts';
import { theme, type Theme } from '../../state/theme.ts';
import { Button } from '../../ui/button.tsx';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'Like the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** Colours, and notifications of the desktop. */
export function LookSection() {
  return (
    <>
      <fieldset class="setting radio-row">
        <legend>Colours</legend>
        {THEMES.map(([value, text]) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              value={value}
              checked={theme.value === value}
              onChange={() => {
                theme.value = value;
              }}
            />
            {text}
          </label>
        ))}
      </fieldset>
      <div class="setting">
        <h3>Notifications</h3>
        <p>{PERMISSIONS[permission.value]}</p>
        {permission.value === 'default' && <Button onClick={askPermission}>Allow notifications</Button>}
      </div>
    </>
  );
}

const PERMISSIONS = {
  granted:
    'While you look at something else, the browser tells you of requests to join, finished and failed downloads.',
  denied:
    'The browser has been told to show none for this page. Its own settings for this site can allow them again.',
  default:
    'The browser can tell you of requests to join, finished and failed downloads while you look at something else.',
  missing: 'This browser has no notifications for pages. News still appear on the page.',
} as const;
