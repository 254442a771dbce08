import { expect, test } from 'vitest';

import { buildContent, type Content } from '../../metainfo/index.ts';
import { RecentContents } from './recent-contents.ts';

function folderOf(count: number, name: string): Content {
  const files = Array.from({ length: count }, (_, n) => ({ path: [`${n}`], length: 0 }));
  return buildContent({ name, isFolder: true, files });
}

test('what was wanted last is kept, as far as it is not too much together', () => {
  const recent = new RecentContents();
  const [one, two, three] = ['1', '2', '3'].map((name) => folderOf(20_000, name)) as [
    Content,
    Content,
    Content,
  ];
  for (const content of [one, two, one]) recent.keep(content);
  recent.keep(three);
  expect([one, two, three].map(({ contentId }) => recent.get(contentId)?.name)).toEqual([
    '1',
    undefined,
    '3',
  ]);
  const large = folderOf(60_000, 'large');
  recent.keep(large);
  expect([one, two, three, large].map(({ contentId }) => recent.get(contentId)?.name)).toEqual([
    undefined,
    undefined,
    undefined,
    'large',
  ]);
  recent.keep(two);
  expect([large, two].map(({ contentId }) => recent.get(contentId)?.name)).toEqual([undefined, '2']);
});
