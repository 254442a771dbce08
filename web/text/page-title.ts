/** What the sections of the settings are called, by their part of the address. The first is shown where none is named. */
export const SETTINGS_TITLES = {
  account: 'Account',
  limits: 'Speed',
  folders: 'Folders in step',
  look: 'Look and notifications',
  places: 'Places',
  node: 'This node',
  check: 'Is all well?',
  browser: 'This browser',
} as const;

const PLACES: Readonly<Record<string, string>> = {
  downloads: 'Downloads',
  news: 'News',
  settings: 'Settings',
};

/** What a tab is called: where one is, and how many wait for an answer. */
export function pageTitle(route: readonly string[], asking: number): string {
  return `${asking > 0 ? `(${asking}) ` : ''}${placeTitle(route)} · Mini-BitTorrent`;
}

function placeTitle([place = 'groups', first, second, third]: readonly string[]): string {
  const name = PLACES[place];
  if (place === 'settings')
    return Object.entries(SETTINGS_TITLES).find(([key]) => key === first)?.[1] ?? 'Settings';
  if (name !== undefined) return name;
  if (first === undefined) return 'Groups';
  if (place === 'groups') return second === 'people' ? `${first}, people` : first;
  return third?.split('/').at(-1) ?? second ?? first;
}
