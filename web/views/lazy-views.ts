import { lazy } from '../ui/lazy.tsx';

/** Views that are fetched only when somebody opens them. */
export const Details = lazy<{ group: string; file: string }>(() => import('./details/index.tsx'));
export const Preview = lazy<{ group: string; file: string; path?: string }>(
  () => import('./preview/index.tsx'),
);
export const Settings = lazy<{ section?: string }>(() => import('./settings/index.tsx'));
export const TotalSpeed = lazy<object>(() => import('./details/total-speed.tsx'));
export const ChooseFiles = lazy<{ group: string; file: string; onClose: () => void }>(
  () => import('./downloads/choose-files.tsx'),
);
export const Invitations = lazy<{ group: string }>(() => import('./invite/index.tsx'));
