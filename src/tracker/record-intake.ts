import type { CallResult, PutResult, trackerApi } from '../api/index.ts';
import {
  addressKey,
  CommandError,
  equalBytes,
  fromBase64Url,
  Gate,
  toBase64Url,
  type Clock,
} from '../base/index.ts';
import type { ClusterKey } from '../identity/index.ts';
import {
  decodeRecord,
  groupState,
  mayWrite,
  recordKey,
  RecordFault,
  stampRecord,
  type RecordOf,
  type RecordVerifier,
  type SignedRecord,
} from '../records/index.ts';
import type { Expectation, MergeOutcome, RecordStore } from '../store/index.ts';
import { Budgets } from './budgets.ts';
import { ownOfKind } from './own-records.ts';
import { pagesOf, type RecordViews } from './record-views.ts';
import { TooManyAttempts } from './refusals.ts';

/** Accounts that one address may make. */
const ACCOUNTS = { burst: 60, perSecond: 1 };
/** Bytes of records that one address may write: enough to bring a large account to an empty tracker. */
const WRITTEN_BYTES = { burst: 64 * 1024 * 1024, perSecond: 1024 * 1024 };
/** Records of one user. */
const RECORDS_PER_AUTHOR_MAX = 20_000;

type PutAnswer = CallResult<(typeof trackerApi)['putRecords']>;

/** A record of a call: to be stored as `record`, or already answered for. */
type Prepared = { readonly record: SignedRecord } | { readonly result: PutResult };
interface Settled {
  readonly result: PutResult;
  /** What is stored now because of this call, or was already by an earlier one like it. */
  readonly stored?: SignedRecord;
}

export interface IntakeParts {
  readonly store: RecordStore;
  readonly views: RecordViews;
  readonly verifier: RecordVerifier;
  readonly cluster: ClusterKey;
  readonly clock: Clock;
  /** Brings records to the other trackers and says how far that went. */
  readonly replicate: (records: readonly SignedRecord[]) => Promise<PutAnswer['copies']>;
}

/** Takes records in: from clients with all limits and helpful refusals, from other trackers merely if signed. */
export class RecordIntake {
  readonly #parts: IntakeParts;
  readonly #accounts = new Budgets(ACCOUNTS);
  readonly #bytes = new Budgets(WRITTEN_BYTES);
  /** Claims are taken one call at a time, so that of two for one label the second sees the first. */
  readonly #claims = new Gate(1);
  #lastStampMs = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Reads which stamps there are: a new one is above all of them, whatever the clock says. */
  async start(): Promise<void> {
    for await (const page of pagesOf(this.#parts.store, 'name/')) {
      for (const record of page.records) this.onStored(record);
    }
  }

  onStored(record: SignedRecord): void {
    if (record.kind === 'name') this.#lastStampMs = Math.max(this.#lastStampMs, record.stamp?.ms ?? 0);
  }

  /** Stores what is well-formed and properly signed; the rest is passed over. */
  async takeFromTracker(texts: readonly string[]): Promise<MergeOutcome[]> {
    const decoded = texts.map(decode).filter(isRecord);
    const isGood = await this.#parts.verifier.verify(decoded, this.#parts.cluster.id);
    return this.#parts.store.merge(decoded.filter((_, at) => isGood[at] === true));
  }

  async takeFromClient(
    texts: readonly string[],
    expect: Expectation | undefined,
    address: string,
  ): Promise<PutAnswer> {
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    const waitMs = this.#bytes.take(addressKey(address), bytes, this.#parts.clock.nowMs());
    if (waitMs > 0) throw new TooManyAttempts('too many records from your address', waitMs);
    const drafts = await this.#check(texts);
    const settle = (): Promise<Settled[]> => this.#settle(drafts, expect, address);
    const settled = await (drafts.some(isOpenClaim) ? this.#claims.run(settle) : settle());
    const stored = settled.flatMap((one) => one.stored ?? []);
    if (stored.length === 0) return { results: settled.map((one) => one.result), copies: 'replicated' };
    const copies = await this.#parts.replicate(stored);
    return { results: await Promise.all(settled.map((one) => this.#lookAgain(one))), copies };
  }

  /** Each text as a signed record, or why it is none. */
  async #check(texts: readonly string[]): Promise<(SignedRecord | CommandError)[]> {
    const decoded = texts.map(decode);
    const records = decoded.filter(isRecord);
    const isGood = (await this.#parts.verifier.verify(records, this.#parts.cluster.id)).values();
    return decoded.map((one) => {
      if (one instanceof CommandError || isGood.next().value === true) return one;
      return new CommandError('REFUSED', 'the record is not signed by its author for this cluster');
    });
  }

  async #settle(
    drafts: readonly (SignedRecord | CommandError)[],
    expect: Expectation | undefined,
    address: string,
  ): Promise<Settled[]> {
    const prepared: Prepared[] = [];
    for (const draft of drafts) prepared.push(await this.#prepare(draft, drafts, address));
    // An account or a group without its name is of no use: a refused claim refuses what came with it.
    const failed = prepared.find((one, at) => isOpenClaim(drafts[at]) && 'result' in one);
    if (failed && 'result' in failed) return prepared.map((one) => ('result' in one ? one : failed));
    const records = prepared.flatMap((one) => ('record' in one ? [one.record] : []));
    const outcomes = (await this.#parts.store.merge(records, expect)).values();
    return prepared.map((one, at) => {
      if ('result' in one) return one;
      const outcome = outcomes.next().value as MergeOutcome;
      return settledBy(one.record, outcome, drafts[at]);
    });
  }

  async #prepare(
    draft: SignedRecord | CommandError,
    all: readonly (SignedRecord | CommandError)[],
    address: string,
  ): Promise<Prepared> {
    if (draft instanceof CommandError) return { result: refusal(draft) };
    const current = await this.#parts.store.get(draft.key);
    if (current?.hash === draft.hash) return { record: current };
    const refused = current ? undefined : await this.#overQuota(draft, all, address);
    if (refused) return { result: refusal(refused) };
    if (draft.kind === 'name' && draft.stamp === undefined) return this.#claim(draft, current, all);
    const isReplaced = current?.kind === 'credential' && draft.kind === 'credential';
    const wrong = isReplaced && draft.body.n >= current.body.n ? mayWrite(draft, { current }) : undefined;
    return wrong ? { result: refusal(wrong, current) } : { record: draft };
  }

  /** Why a new key is too much for its author or for the address. */
  async #overQuota(
    draft: SignedRecord,
    all: readonly (SignedRecord | CommandError)[],
    address: string,
  ): Promise<CommandError | undefined> {
    const { store, clock } = this.#parts;
    if (draft.kind === 'user') {
      const waitMs = this.#accounts.take(addressKey(address), 1, clock.nowMs());
      return waitMs > 0 ? new TooManyAttempts('too many new accounts from your address', waitMs) : undefined;
    }
    if (!(await this.#find('user', recordKey.user(draft.author), all))) {
      return new CommandError('NOT_LOGGED_IN', "the author's user record must be stored first");
    }
    if (!(await this.#isOwners(draft, all))) {
      return new CommandError(
        'REFUSED',
        'only the owner of a group, whose record must be stored first, says so',
      );
    }
    if ((await store.countOf(draft.author)) < RECORDS_PER_AUTHOR_MAX) return undefined;
    return new CommandError(
      'REFUSED',
      `an account may have ${RECORDS_PER_AUTHOR_MAX} records, and this one does`,
    );
  }

  /** Every member keeps what is said of who is in a group: whoever never owned it must not add to that. */
  async #isOwners(draft: SignedRecord, all: readonly (SignedRecord | CommandError)[]): Promise<boolean> {
    if (draft.kind !== 'grant' && draft.kind !== 'ended') return true;
    return (await this.#find('group', recordKey.group(draft.parts.gid, draft.author), all)) !== undefined;
  }

  async #claim(
    claim: RecordOf<'name'>,
    current: SignedRecord | undefined,
    all: readonly (SignedRecord | CommandError)[],
  ): Promise<Prepared> {
    if (current) return { record: current };
    const { views, cluster, clock } = this.#parts;
    const { of, folded, id } = claim.parts;
    const user = await this.#find('user', recordKey.user(claim.author), all);
    const founding =
      of === 'group' ? await this.#find('group', recordKey.group(id, claim.author), all) : undefined;
    const group = founding && groupState([founding]);
    const refused =
      mayWrite(claim, { claims: await views.claims(of, folded), user, group }) ??
      (await this.#oneName(claim));
    if (refused) return { result: refusal(refused) };
    this.#lastStampMs = Math.max(Math.round(clock.wallMs()), this.#lastStampMs + 1);
    const key = { id: cluster.id, key: cluster.authority.key };
    return { record: stampRecord(claim, this.#lastStampMs, key) };
  }

  /** Whoever changes its user record again and again must not take all labels that way. */
  async #oneName({ author, parts }: RecordOf<'name'>): Promise<CommandError | undefined> {
    if (parts.of === 'group') return undefined;
    const names = await ownOfKind(this.#parts.store, author, 'name');
    const hasOne = names.some((record) => record.kind === 'name' && record.parts.of === 'user');
    return hasOne ? new CommandError('REFUSED', 'an account has one name, and this one has it') : undefined;
  }

  /** The record of this key, from the same call or stored. */
  async #find<K extends 'user' | 'group'>(
    kind: K,
    key: string,
    all: readonly (SignedRecord | CommandError)[],
  ): Promise<RecordOf<K> | undefined> {
    const along = all.find((one) => isRecord(one) && one.key === key);
    const record = along ?? (await this.#parts.store.get(key));
    return isOfKind(record, kind) ? record : undefined;
  }

  /** Of two devices that changed the password at once, at two trackers, one is told that it lost. */
  async #lookAgain({ result, stored }: Settled): Promise<PutResult> {
    if (stored?.kind !== 'credential') return result;
    const current = await this.#parts.store.get(stored.key);
    if (!current || current.hash === stored.hash) return result;
    return { status: 'conflict', current: toBase64Url(current.bytes) };
  }
}

const isRecord = (one: SignedRecord | CommandError): one is SignedRecord => !(one instanceof CommandError);

const isOpenClaim = (one: SignedRecord | CommandError | undefined): boolean =>
  one !== undefined && isRecord(one) && one.kind === 'name' && one.stamp === undefined;

const isOfKind = <K extends 'user' | 'group'>(
  record: SignedRecord | CommandError | undefined,
  kind: K,
): record is SignedRecord & RecordOf<K> => !(record instanceof CommandError) && record?.kind === kind;

function decode(text: string): SignedRecord | CommandError {
  try {
    return decodeRecord(fromBase64Url(text));
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    return new CommandError('INVALID_ARGUMENTS', error.message, { cause: error });
  }
}

function refusal(error: CommandError, current?: SignedRecord): PutResult {
  const { code, message: text } = error;
  const held = current && { current: toBase64Url(current.bytes) };
  return { status: code === 'CONFLICT' ? 'conflict' : 'refused', code, text, ...held };
}

function settledBy(
  record: SignedRecord,
  outcome: MergeOutcome,
  draft: SignedRecord | CommandError | undefined,
): Settled {
  const { status } = outcome;
  const current = status === 'applied' ? record : outcome.current;
  const held = current && { current: toBase64Url(current.bytes) };
  if (status === 'applied' || (status === 'stale' && current?.hash === record.hash)) {
    const isAsSent = draft && isRecord(draft) && equalBytes(draft.bytes, current?.bytes ?? record.bytes);
    return { result: { status: 'applied', ...(!isAsSent && held) }, stored: record };
  }
  return { result: { status, ...held } };
}
