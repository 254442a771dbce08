import { route } from '../router.ts';
import { Downloads } from './downloads/downloads.tsx';
import { Group } from './groups/group.tsx';
import { Groups } from './groups/groups.tsx';
import { Details, Preview, Settings } from './lazy-views.ts';
import { NewsList } from './news-list.tsx';

/** The view that the address names. */
export function Place() {
  const [place = 'groups', first, second, third] = route.value;
  switch (place) {
    case 'downloads':
      return <Downloads />;
    case 'transfer':
      return first !== undefined && second !== undefined ? (
        <Details key={`${first}/${second}`} group={first} file={second} />
      ) : (
        <Downloads />
      );
    case 'preview':
      return first !== undefined && second !== undefined ? (
        <Preview
          key={`${first}/${second}/${third ?? ''}`}
          group={first}
          file={second}
          {...(third === undefined ? {} : { path: third })}
        />
      ) : (
        <Downloads />
      );
    case 'news':
      return <NewsList />;
    case 'settings':
      return <Settings {...(first === undefined ? {} : { section: first })} />;
    default:
      return first === undefined ? (
        <Groups />
      ) : (
        <Group key={first} group={first} section={second ?? 'files'} />
      );
  }
}
