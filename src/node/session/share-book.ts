import { equalBytes } from '../../base/index.ts';
import { recordKey } from '../../records/index.ts';
import type { ShareBook } from '../seams.ts';
import type { GroupLists } from './group-lists.ts';
import type { RecordView } from './record-view.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Vault } from './vault.ts';

/** This user's shares, written as records of its own. */
export function shareBook(
  vault: Vault,
  writer: RecordWriter,
  view: RecordView,
  lists: GroupLists,
): ShareBook {
  return {
    async publishShare(gid, { content, name, size, files, root, copy }) {
      const key = recordKey.share(gid, content, vault.uid);
      const current = view.find('share', key)?.body;
      const isSame = current?.name === name && current.size === size && current.files === files;
      const saysRoot = root === undefined || (current?.root && equalBytes(current.root, root));
      // Another device of this user may have brought it.
      const isCopy = copy === true && !(current?.offered && !current.copy);
      const saysCopy = isCopy === (current?.copy ?? false);
      if (current?.offered && isSame && saysRoot && saysCopy) return;
      const more = { ...(root && { root }), ...(isCopy && { copy }) };
      const body = { n: (current?.n ?? 0) + 1, offered: true, name, size, files, ...more };
      await writer.put([vault.sign('share', key, body)]);
    },
    async withdrawShare(gid, content) {
      const key = recordKey.share(gid, content, vault.uid);
      const current = view.find('share', key)?.body;
      if (!current?.offered) return;
      await writer.put([vault.sign('share', key, { ...current, n: current.n + 1, offered: false })]);
    },
    listFiles: (gid) => lists.files(gid),
  };
}
