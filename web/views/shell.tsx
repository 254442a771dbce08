import { route } from '../router.ts';
import { Settings, Details } from './lazy-views.ts';

export function Shell({ user }: { readonly user: string }) {
  const [place = 'groups', first, second] = route.value;
  return (
    <main id="main" tabIndex={-1}>
      <p>{user}</p>
      {place === 'settings' && <Settings {...(first === undefined ? {} : { section: first })} />}
      {place === 'transfer' && first !== undefined && second !== undefined && (
        <Details group={first} file={second} />
      )}
    </main>
  );
}
