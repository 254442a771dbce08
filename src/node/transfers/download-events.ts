import type { CommandError } from '../../base/index.ts';
import type { Content } from '../../metainfo/index.ts';
import type { FileStamp } from '../../storage/index.ts';
import type { Download } from './download.ts';
import type { ServedRun } from './shared-content.ts';

/** A download that has become a share. */
export interface Completed {
  readonly content: Content;
  readonly stamps: readonly FileStamp[];
  /** Goes on serving, if it was at work. */
  readonly served: ServedRun | undefined;
  /** From now on it is the share's business when its files can't be read. */
  readonly handOver: (onBroken: (error: CommandError) => void) => void;
}

/** What a download tells its desk. */
export interface DownloadEvents {
  /** It has a swarm, whose info-hash others look for. */
  onRunning(): void;
  /** The entry changed and is to be kept. */
  onChanged(download: Download): void;
  /** Its description is here, and it was ordered to stand still then. */
  onHeld(download: Download): void;
  /** Keep it as a share, then say that it is complete. */
  onCompleted(download: Download, completed: Completed): Promise<void>;
  /** All that is wanted of it is here, and it goes on serving that. */
  onChosenComplete(download: Download): void;
  onFailed(download: Download, error: CommandError): void;
}
