import { call } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { href } from '../../router.ts';
import { downloadOf, downloads } from '../../state/store.ts';
import { Empty, Failure } from '../../ui/show.tsx';
import { DetailsHead } from './details-head.tsx';
import { InsideSection } from './inside-section.tsx';
import { MoreSection } from './more-section.tsx';
import { PiecesSection } from './pieces-section.tsx';
import { SpeedSection } from './speed-section.tsx';
import { SwarmSection } from './swarm-section.tsx';
import { useAsked } from './use-asked.ts';
import './details.css';

interface DetailsProps {
  readonly group: string;
  readonly file: string;
}

/** While something moves its map is asked for so often, ms; else the map hardly changes. */
const MAP_MOVING_MS = 1_000;
const MAP_STILL_MS = 5_000;
const PEERS_MS = 1_500;

/** All about one download or share. */
export default function Details({ group, file }: DetailsProps) {
  useLive(downloads);
  const row = downloadOf(group, file);
  const key = JSON.stringify([group, file, row === undefined]);
  const moving = row?.state === 'D';
  const map = useAsked(moving ? MAP_MOVING_MS : MAP_STILL_MS, key, (signal) =>
    call('pieceMap', { group, file }, { signal }),
  );
  const peers = useAsked(PEERS_MS, key, (signal) => call('showPeers', { group, file }, { signal }));
  const isNeither = row === undefined && map.value === undefined && isUnknown(map.error?.code);
  if (downloads.value.value && isNeither) return <Neither group={group} file={file} />;
  return (
    <article class="details">
      <DetailsHead group={group} file={file} row={row} />
      {peers.error && !peers.value && row === undefined && <Failure error={peers.error} />}
      <div class="details-grid">
        <PiecesSection map={map} row={row} />
        <SpeedSection group={group} file={file} row={row} peers={peers.value} />
        <SwarmSection peers={peers.value} map={map.value} row={row} />
        <MoreSection group={group} file={file} row={row} />
        <InsideSection group={group} file={file} row={row} />
      </div>
    </article>
  );
}

function isUnknown(code: string | undefined): boolean {
  return code === 'NO_SUCH_DOWNLOAD' || code === 'NO_SUCH_FILE' || code === 'NOT_SHARING';
}

function Neither({ group, file }: DetailsProps) {
  return (
    <>
      <header class="head">
        <h1 class="ellipsis">
          <bdi>{file}</bdi>
        </h1>
      </header>
      <Empty
        icon="file"
        title="It is not on this computer"
        actions={
          <a class="button" href={href('groups', group)}>
            Files of {group}
          </a>
        }
      >
        It is neither shared nor downloaded here. It may have been removed meanwhile; look for it among the
        group’s files.
      </Empty>
    </>
  );
}
