import type { ComponentType } from 'preact';
import { href } from '../../router.ts';
import { AccountSection } from './account-section.tsx';
import { BrowserSection } from './browser-section.tsx';
import { DoctorSection } from './doctor-section.tsx';
import { FoldersSection } from './folders-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { LookSection } from './look-section.tsx';
import { NodeSection } from './node-section.tsx';
import { PlacesSection } from './places-section.tsx';
import './settings.css';

const SECTIONS: readonly { readonly key: string; readonly title: string; readonly View: ComponentType }[] = [
  { key: 'account', title: 'Account', View: AccountSection },
  { key: 'limits', title: 'Speed', View: LimitsSection },
  { key: 'folders', title: 'Folders in step', View: FoldersSection },
  { key: 'look', title: 'Look and notifications', View: LookSection },
  { key: 'places', title: 'Places', View: PlacesSection },
  { key: 'node', title: 'This node', View: NodeSection },
  { key: 'check', title: 'Is all well?', View: DoctorSection },
  { key: 'browser', title: 'This browser', View: BrowserSection },
];

/** Settings, a section at a time. */
export default function Settings({ section }: { readonly section?: string }) {
  const shown = SECTIONS.find(({ key }) => key === section) ?? SECTIONS[0];
  if (!shown) return null;
  const { View } = shown;
  return (
    <div class="settings">
      <h1>Settings</h1>
      <nav class="settings-nav" aria-label="Settings">
        {SECTIONS.map(({ key, title }) => (
          <a
            key={key}
            href={href('settings', key)}
            {...(key === shown.key ? { 'aria-current': 'page' as const } : {})}
          >
            {title}
          </a>
        ))}
      </nav>
      <section class="settings-body" aria-labelledby="settings-title">
        <h2 id="settings-title">{shown.title}</h2>
        <View />
      </section>
    </div>
  );
}
