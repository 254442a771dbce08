import { trackerApi } from '../../api/index.ts';
import { CommandError } from '../../base/index.ts';
import {
  type NameHolding,
  type RecordOf,
  type SignedRecord,
  foldLabel,
  nameWinners,
  parseLabelRef,
  resolveLabel,
  verifyRecord,
} from '../../records/index.ts';
import { readRecord } from './record-view.ts';
import { TrackerUnreachable } from './tracker-connection.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';
import type { UserState } from './user-state.ts';

export type Of = NameHolding['of'];
/** Ids in one call for labels. */
const IDS_PER_CALL_MAX = 100;
/** Digits of an id that tell apart what should not share a label. */
const SHORT_ID_CHARS = 4;

/** Whom (or which group) a label names, proven by the claims, with the records that came along. */
export interface Resolved {
  readonly id: string;
  readonly label: string;
  /** Verified: its user record, or the group's record and its end. */
  readonly records: readonly SignedRecord[];
}

/** Told of a name that is said to mean somebody else than the one pinned. */
export type OnOtherMeaning = (of: Of, label: string, id: string, pinnedId: string) => void;

/**
 * What names mean. The first meaning seen is kept: a label that later names somebody else is refused where it is typed,
 * and shown with a piece of the id where it is listed. So a tracker can't slip another key under a known name.
 */
export class NameBook {
  readonly #trackers: Pick<Trackers, 'call'>;
  readonly #clusterId: string;
  readonly #state: UserState;
  readonly #onOtherMeaning: OnOtherMeaning;
  /** Id → label as last shown. */
  readonly #shown = new Map<string, string>();

  constructor(
    trackers: Pick<Trackers, 'call'>,
    clusterId: string,
    state: UserState,
    onOtherMeaning: OnOtherMeaning,
  ) {
    this.#onOtherMeaning = onOtherMeaning;
    this.#trackers = trackers;
    this.#clusterId = clusterId;
    this.#state = state;
    for (const pins of Object.values(state.data.pins)) {
      for (const { id, label } of Object.values(pins)) this.#shown.set(id, label);
    }
  }

  /** Rejects with INVALID_NAME, NO_SUCH_USER, NO_SUCH_GROUP, IDENTITY_CHANGED, NO_TRACKER. */
  async resolve(of: Of, typed: string): Promise<Resolved> {
    const ref = parseLabelRef(typed);
    if (!ref) throw invalidName(of, typed);
    const { holding, records } = await this.#trackers.call((api) =>
      askForName(api, of, typed, this.#clusterId),
    );
    if (ref.idPrefix === undefined) this.#requirePinned(of, typed, holding);
    return { id: holding.id, label: this.learn(of, holding.id, holding.shown), records };
  }

  /** Whether anybody bears this label now; nothing is remembered of it. Rejects with INVALID_NAME, NO_TRACKER. */
  async isTaken(of: Of, label: string): Promise<boolean> {
    try {
      await this.#trackers.call((api) => askForName(api, of, label, this.#clusterId));
      return true;
    } catch (error) {
      const code = error instanceof CommandError ? error.code : undefined;
      if (code === 'NO_SUCH_USER' || code === 'NO_SUCH_GROUP') return false;
      throw error;
    }
  }

  /** Labels for many ids, freshly asked; an id that no tracker knows gets a short form of itself. */
  async labelsOf(of: Of, ids: Iterable<string>): Promise<(id: string) => string> {
    const wanted = [...new Set(ids)];
    for (let at = 0; at < wanted.length; at += IDS_PER_CALL_MAX) {
      const query = { ids: wanted.slice(at, at + IDS_PER_CALL_MAX).join(',') };
      const { labels } = await this.#trackers.call((api) => api.call(trackerApi.labels, { query }));
      for (const id of query.ids.split(',')) if (labels[id] !== undefined) this.learn(of, id, labels[id]);
    }
    return (id) => this.known(id);
  }

  /** The label last seen, at once. */
  known(id: string): string {
    return this.#shown.get(id) ?? `~${id.slice(0, 8)}`;
  }

  /** All labels seen, in order. */
  labels(of: Of): string[] {
    return Object.values(this.#state.data.pins[of])
      .map(({ id }) => this.known(id))
      .toSorted();
  }

  /** The id that a folded label was first seen to mean. */
  pinned(of: Of, folded: string): string | undefined {
    return this.#state.data.pins[of][pinKey(folded)]?.id;
  }

  isKnown(id: string): boolean {
    return this.#shown.has(id);
  }

  /** Label of a listed id as `claimed` by a tracker, and the pin of it if it is the first of that label. */
  learn(of: Of, id: string, claimed: string): string {
    const pins = this.#state.data.pins[of];
    const key = pinKey(claimed);
    const pin = pins[key];
    if (!pin && parseLabelRef(claimed)?.idPrefix === undefined) {
      pins[key] = { id, label: claimed };
      this.#state.save();
    }
    const isOther = pin !== undefined && pin.id !== id;
    if (isOther) this.#onOtherMeaning(of, claimed, id, pin.id);
    const shown = isOther ? `${claimed}~${id.slice(0, SHORT_ID_CHARS)}` : claimed;
    this.#shown.set(id, shown);
    return shown;
  }

  #requirePinned(of: Of, typed: string, holding: NameHolding): void {
    const pin = this.#state.data.pins[of][pinKey(typed)];
    if (!pin || pin.id === holding.id) return;
    this.#onOtherMeaning(of, pin.label, holding.id, pin.id);
    const short = (id: string): string => `${pin.label}~${id.slice(0, SHORT_ID_CHARS)}`;
    throw new CommandError(
      'IDENTITY_CHANGED',
      `${typed} is another ${of} now than the one this client has known by that name (now perhaps ${short(pin.id)}). ` +
        `Ask the people; then name the one you mean: ${short(pin.id)} or ${short(holding.id)}`,
    );
  }
}

/** No object has such a property of itself, as it has `constructor` and `__proto__`, which are labels, too. */
const pinKey = (label: string): string => `@${foldLabel(label)}`;

/** Asks one tracker, and believes only what the claims it shows prove. */
async function askForName(
  api: TrackerApi,
  of: Of,
  typed: string,
  clusterId: string,
): Promise<{ holding: NameHolding; records: SignedRecord[] }> {
  const answer = await api.call(trackerApi.name, { params: { kind: of, label: typed } });
  const records = answer.records
    .map(readRecord)
    .filter((record): record is SignedRecord => record !== undefined && verifyRecord(record, clusterId));
  const claims = records.filter(
    (record): record is RecordOf<'name'> & SignedRecord => record.kind === 'name',
  );
  const holding = resolveLabel(
    nameWinners(claims).filter((one) => one.of === of),
    typed,
  );
  if (!holding || holding.id !== answer.id) {
    throw new TrackerUnreachable(`${api.tracker.text} did not prove whose name ${typed} is`);
  }
  return { holding, records };
}

export function invalidName(of: Of, typed: string): CommandError {
  return new CommandError(
    'INVALID_NAME',
    `${JSON.stringify(typed)} can't be the name of a ${of}: 1 to 32 letters, digits, dots, hyphens and underscores`,
  );
}
