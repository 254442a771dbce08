import type { ContentId, GroupId, UserId } from '../base/index.ts';

/** One signed fact in bytes, at most. */
export const RECORD_BYTES_MAX = 64 * 1024;

export interface UserBody {
  readonly n: number;
  /** The label this user asked for; which one it bears, `nameWinners` says. */
  readonly label: string;
}

/** How a password or a recovery code opens the account key. One of two that replace it at once loses. */
export interface CredentialBody {
  readonly n: number;
  /** Version of the OPAQUE set-up under which the password was registered. */
  readonly setup: number;
  /** OPAQUE's registration record. */
  readonly registration: Uint8Array;
  /** The account key under the password's wrap key, and the hash of the password's proof. */
  readonly wrapByPassword: Uint8Array;
  readonly passwordProofHash: Uint8Array;
  /** The same by the recovery code. */
  readonly wrapByRecovery: Uint8Array;
  readonly recoveryProofHash: Uint8Array;
  /** The record that this one replaces, and the proof of its password or recovery code; absent in the first. */
  readonly previous?: PreviousCredential;
}
export interface PreviousCredential {
  /** Record hash, 64 hex digits. */
  readonly hash: string;
  readonly proof: Uint8Array;
}

export type SecretPurpose = 'identity' | 'member' | 'authority';
/** A private key (PKCS#8) sealed under the account key with `sealContext(uid, purpose, id)`. Never replaced. */
export interface SecretBody {
  readonly purpose: SecretPurpose;
  /** The group's id; empty for the identity key. */
  readonly id: string;
  readonly sealed: Uint8Array;
}

/** A claim to a label; it counts once a tracker has stamped it. */
export interface NameBody {
  readonly label: string;
}

export interface GroupBody {
  /** Bencoded Genesis: its SHA-256 is the group's id. */
  readonly genesis: Uint8Array;
  /** The epochs after the first, in order. */
  readonly epochs: readonly Epoch[];
}
/** What a group is born with, and its epoch 0. */
export interface Genesis {
  readonly label: string;
  readonly nonce: Uint8Array;
  /** The owner's identity key; the owner's id is its hash. */
  readonly ownerKey: Uint8Array;
  /** The group's certificate authority, PEM. */
  readonly authority: string;
  readonly cluster: string;
  readonly atMs: number;
}
/** A later owner or authority. Signed by the owner before and the owner from then on (who may be the same). */
export interface Epoch {
  readonly ownerKey: Uint8Array;
  readonly authority: string;
  readonly byOld: Uint8Array;
  readonly byNew: Uint8Array;
}

/** The owner deleted the group; counts in the epoch that it names. */
export interface EndedBody {
  readonly epoch: number;
}

export interface RequestBody {
  /** Counts this user's requests to this group from 1. */
  readonly n: number;
  /** Public key that the member certificate is asked for. */
  readonly memberKey: Uint8Array;
  /** The member key's signature that its holder makes this request (`possessionStatement`). */
  readonly possession: Uint8Array;
  /** With which invitation it was made, if with one. */
  readonly invitation?: InvitationProof;
  /** By the requester's clock. */
  readonly atMs: number;
}
/** Shows to the maker of an invitation, and to nobody else, that the requester holds its link. */
export interface InvitationProof {
  /** Names the invitation to its maker; 8 bytes. */
  readonly id: Uint8Array;
  /** `invitationMac` over this request. */
  readonly mac: Uint8Array;
}

/** Number of the request that is withdrawn, or of the membership that ends. */
export interface LeftBody {
  readonly n: number;
}

export type Verdict = 'accepted' | 'rejected' | 'removed';
/** Why an invitation did not let somebody in. */
export type InvitationFault = 'used-up' | 'expired' | 'withdrawn';
export interface GrantBody {
  /** The request that this answers. */
  readonly n: number;
  readonly verdict: Verdict;
  /** Number of the group's epoch whose owner says so. */
  readonly epoch: number;
  /** Counts certificates for the same request; a renewal has the next. */
  readonly serial: number;
  readonly memberKey: Uint8Array;
  /** The member certificate, DER; there if and only if accepted, and over `memberKey`. */
  readonly certificate?: Uint8Array;
  /** Of a rejection: what became of the invitation that the request was made with. */
  readonly reason?: InvitationFault;
  /** When the request was decided; a renewal repeats it. */
  readonly atMs: number;
}

export interface ShareBody {
  readonly n: number;
  /** False: withdrawn. */
  readonly offered: boolean;
  /** File or folder name, NFC. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly files: number;
  /** Of a single file that is not empty: the root of its hash tree (BEP 52), with which it needs no other description. */
  readonly root?: Uint8Array;
  /** Fetched from others of the group: who brought it may replace it by a newer version, its fetchers don't hinder that. */
  readonly copy?: boolean;
}

/** What each kind of record says. */
export interface Bodies {
  readonly user: UserBody;
  readonly credential: CredentialBody;
  readonly secret: SecretBody;
  readonly name: NameBody;
  readonly group: GroupBody;
  readonly ended: EndedBody;
  readonly request: RequestBody;
  readonly left: LeftBody;
  readonly grant: GrantBody;
  readonly share: ShareBody;
}
export type RecordKind = keyof Bodies;

/** What each kind's key holds besides its author, who is its last part. */
export interface KeyParts {
  readonly user: Author;
  readonly credential: Author;
  /** `id`: 32 random hex digits. */
  readonly secret: Author & { readonly id: string };
  /** `id`: who bears the label, the author itself or the author's group. */
  readonly name: Author & NameParts;
  readonly group: InGroup;
  readonly ended: InGroup;
  readonly request: InGroup;
  readonly left: InGroup;
  readonly grant: InGroup & { readonly member: UserId };
  readonly share: InGroup & { readonly content: ContentId };
}
interface Author {
  readonly author: UserId;
}
interface InGroup extends Author {
  readonly gid: GroupId;
}
export type NameParts =
  | { readonly of: 'user'; readonly folded: string; readonly id: UserId }
  | { readonly of: 'group'; readonly folded: string; readonly id: GroupId };

/** When a tracker of the cluster took a name claim in, ms since 1970, signed by the cluster's key. */
export interface Stamp {
  readonly ms: number;
  /** The cluster's CA key: its hash is the cluster's id. */
  readonly clusterKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** A record of one kind, decoded and well-formed; whether it is signed, `verifyRecord` says. */
export interface RecordOf<K extends RecordKind> {
  readonly kind: K;
  readonly key: string;
  readonly parts: KeyParts[K];
  readonly author: UserId;
  readonly authorKey: Uint8Array;
  readonly body: Bodies[K];
  readonly signature: Uint8Array;
  /** Only name claims have one. */
  readonly stamp?: Stamp;
  /** SHA-256 of kind, key, body and stamp time, 64 hex digits: equal hashes say the same. */
  readonly hash: string;
  /** The body as it is signed. */
  readonly bodyBytes: Uint8Array;
  /** The record as it is kept and sent. */
  readonly bytes: Uint8Array;
}
/** A signed fact: narrow it by `kind`. */
export type SignedRecord = { [K in RecordKind]: RecordOf<K> }[RecordKind];

/** A record before it is signed. */
export interface Draft<K extends RecordKind> {
  readonly kind: K;
  /** By `recordKey`; ends with the signer's id. */
  readonly key: string;
  readonly body: Bodies[K];
}
