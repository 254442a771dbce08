import type { ComponentType } from 'preact';
import { href } from '../../router.ts';
import { SETTINGS_TITLES } from '../../text/page-title.ts';
import { AccountSection } from './account-section.tsx';
import { BrowserSection } from './browser-section.tsx';
import { DoctorSection } from './doctor-section.tsx';
import { FoldersSection } from './folders-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { LookSection } from './look-section.tsx';
import { NodeSection } from './node-section.tsx';
import { PlacesSection } from './places-section.tsx';
import './settings.css';

type Key = keyof typeof SETTINGS_TITLES;

const VIEWS: Readonly<Record<Key, ComponentType>> = {
  account: AccountSection,
  limits: LimitsSection,
  folders: FoldersSection,
  look: LookSection,
  places: PlacesSection,
  node: NodeSection,
  check: DoctorSection,
  browser: BrowserSection,
};
const KEYS = Object.keys(SETTINGS_TITLES) as Key[];

/** Settings, a section at a time. */
export default function Settings({ section }: { readonly section?: string }) {
  const shown = KEYS.find((key) => key === section) ?? 'account';
  const View = VIEWS[shown];
  return (
    <div class="settings">
      <h1>Settings</h1>
      <nav class="settings-nav" aria-label="Settings">
        {KEYS.map((key) => (
          <a
            key={key}
            href={href('settings', key)}
            {...(key === shown ? { 'aria-current': 'page' as const } : {})}
          >
            {SETTINGS_TITLES[key]}
          </a>
        ))}
      </nav>
      <section class="settings-body" aria-labelledby="settings-title">
        <h2 id="settings-title">{SETTINGS_TITLES[shown]}</h2>
        <View />
      </section>
    </div>
  );
}
