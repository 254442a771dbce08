import { sha256Hex, utf8, view, type UserId } from '../base/index.ts';
import { encode } from '../bencode/index.ts';
import { userIdOf, type SignatureCheck } from '../identity/index.ts';
import { epochTermsField, genesisField } from './bodies.ts';
import type { Epoch, Genesis, RecordOf } from './kinds.ts';
import { readBencoded } from './schema.ts';

/** Who owned a group in one epoch, and under which authority. */
export interface Reign {
  readonly epoch: number;
  readonly owner: UserId;
  readonly ownerKey: Uint8Array;
  /** PEM. */
  readonly authority: string;
  /** Names this epoch and all before it: equal hashes mean equal histories. */
  readonly hash: string;
}

/** Throws RecordFault. */
export const readGenesis = (genesis: Uint8Array): Genesis => readBencoded(genesisField, genesis, 'genesis');

/** The bytes whose SHA-256 is the group's id. */
export const encodeGenesis = (genesis: Genesis): Uint8Array => encode(genesisField.write(genesis));

/** A group's reigns from the first to the present one. */
export function reignsOf(record: RecordOf<'group'>): Reign[] {
  const genesis = readGenesis(record.body.genesis);
  const reigns = [reign(0, genesis, record.parts.gid)];
  for (const [at, epoch] of record.body.epochs.entries()) {
    const statement = epochStatement(record, genesis, at, reigns);
    reigns.push(reign(at + 1, epoch, sha256Hex(statement)));
  }
  return reigns;
}

const reign = (epoch: number, terms: Pick<Epoch, 'ownerKey' | 'authority'>, hash: string): Reign => ({
  epoch,
  owner: userIdOf(terms.ownerKey),
  ownerKey: terms.ownerKey,
  authority: terms.authority,
  hash,
});

/** What the old and the new owner of epoch `at + 1` sign: the terms, bound to the group and all that went before. */
function epochStatement(
  record: RecordOf<'group'>,
  genesis: Genesis,
  at: number,
  before: readonly Reign[],
): Uint8Array {
  const { ownerKey, authority } = record.body.epochs[at] as Epoch;
  const { gid } = record.parts;
  const head = `mbt epoch 1\n${genesis.cluster}\n${gid}\n${at + 1}\n${before[at]?.hash}\n`;
  return view(Buffer.concat([utf8(head), encode(epochTermsField.write({ ownerKey, authority }))]));
}

/** Why the record's parts contradict each other, if they do. */
export function chainFault(record: RecordOf<'group'>): string | undefined {
  if (sha256Hex(record.body.genesis) !== record.parts.gid) return 'the id is not that of the genesis';
  const present = reignsOf(record).at(-1);
  return present?.owner === record.author ? undefined : 'the author is not the owner';
}

/** The signatures by which each epoch follows from the one before. */
export function chainChecks(record: RecordOf<'group'>): SignatureCheck[] {
  const genesis = readGenesis(record.body.genesis);
  const reigns = reignsOf(record);
  return record.body.epochs.flatMap((epoch, at) => {
    const message = epochStatement(record, genesis, at, reigns);
    const oldKey = reigns[at]?.ownerKey ?? genesis.ownerKey;
    return [
      { publicKey: oldKey, message, signature: epoch.byOld },
      { publicKey: epoch.ownerKey, message, signature: epoch.byNew },
    ];
  });
}
