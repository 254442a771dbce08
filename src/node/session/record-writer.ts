import { type PutResult, RECORDS_PER_CALL_MAX, trackerApi } from '../../api/index.ts';
import { type Clock, CommandError, invariant, toBase64Url, within } from '../../base/index.ts';
import type { RecordOf, SignedRecord } from '../../records/index.ts';
import { type RecordView, readRecord } from './record-view.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';

/** How long a second copy is waited for where the trackers could not make one themselves. */
const SECOND_COPY_MS = 1_000;

/** Nothing of a call is stored unless this key holds this hash (null: holds nothing). */
export interface Expectation {
  readonly key: string;
  readonly hash: string | null;
}

/** Where records go when they are written: the trackers, and the view of who wrote them (if any). */
export interface WriteTargets {
  readonly trackers: Trackers;
  readonly clock: Clock;
  /** Told when what was acknowledged lies on one tracker alone. */
  readonly warn: (text: string) => void;
}

/**
 * Stores records of one command at a tracker, with fail-over, and returns them as they stand there (names stamped).
 * Repeating it is harmless. Rejects with what the tracker refused; CONFLICT when another device was first.
 */
export async function putRecords(
  targets: WriteTargets,
  records: readonly SignedRecord[],
  expect?: Expectation,
): Promise<SignedRecord[]> {
  invariant(records.length <= RECORDS_PER_CALL_MAX, 'one command writes few records');
  const body = { records: records.map(({ bytes }) => toBase64Url(bytes)), ...(expect && { expect }) };
  const { api, answer } = await targets.trackers.call(async (asked) => ({
    api: asked,
    answer: await asked.call(trackerApi.putRecords, { body }),
  }));
  const stored = records.map((record, at) => storedAs(record, answer.results[at]));
  if (answer.copies !== 'replicated' && targets.trackers.count > 1) await copyElsewhere(targets, api, stored);
  return stored;
}

/** As `putRecords`, and takes what was stored into the user's own view at once: who writes reads it. */
export class RecordWriter {
  readonly #targets: WriteTargets;
  readonly #view: RecordView;

  constructor(targets: WriteTargets, view: RecordView) {
    this.#targets = targets;
    this.#view = view;
  }

  /** Rejects as `putRecords`. */
  async put(records: readonly SignedRecord[]): Promise<void> {
    await this.#view.store(records, () => putRecords(this.#targets, records));
  }
}

/** What stands under the record's key now; throws where that is not what was to be said. */
function storedAs(record: SignedRecord, result: PutResult | undefined): SignedRecord {
  const current = result?.current === undefined ? undefined : readRecord(result.current);
  switch (result?.status) {
    case 'applied':
      return isStampOf(current, record) ? current : record;
    case 'refused':
      throw new CommandError(
        result.code ?? 'REFUSED',
        result.text ?? `the tracker refused the ${record.kind} record`,
      );
    case 'conflict':
    case 'stale':
      if (current === undefined || current.hash === record.hash) return record;
      throw new CommandError(
        'CONFLICT',
        'another device of yours changed this at the same moment, and its change counts; look at it, then try again if you still want to',
      );
    case undefined:
      throw new CommandError('INTERNAL', 'the tracker gave no result for a record');
  }
}

/** The tracker's copy of a name claim differs by its stamp; of anything else by nothing. */
const isStampOf = (current: SignedRecord | undefined, record: SignedRecord): current is RecordOf<'name'> =>
  current?.kind === 'name' && current.key === record.key;

/** The trackers didn't copy it to each other: this client does, to one that it reaches. */
async function copyElsewhere(
  targets: WriteTargets,
  done: TrackerApi,
  records: readonly SignedRecord[],
): Promise<void> {
  const { trackers, clock, warn } = targets;
  const body = { records: records.map(({ bytes }) => toBase64Url(bytes)) };
  const copies = trackers.besides(done).map(async (link) => {
    const { results } = await link.call(trackerApi.putRecords, { body });
    if (results.some(({ status }) => status !== 'applied')) throw new Error('refused');
  });
  try {
    await within(clock, SECOND_COPY_MS, Promise.any(copies), () => new Error('slow'));
  } catch {
    warn(
      `this is only on one tracker so far (${done.tracker.text}): should it be lost before another is back, do it again`,
    );
  }
}
