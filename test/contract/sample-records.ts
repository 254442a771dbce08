import { sha256Hex, type ContentId, type GroupId, type UserId } from '../../src/base/index.ts';
import { generateKey, userIdOf, type KeyPair } from '../../src/identity/index.ts';
import { recordKey, signRecord, type RecordOf } from '../../src/records/index.ts';

/** A user of the tests, who signs records for one cluster. */
export class SampleUser {
  readonly identity: KeyPair = generateKey();
  readonly uid: UserId = userIdOf(this.identity.publicKey);
  readonly #cluster: string;

  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  user(n = 1, label = 'anna'): RecordOf<'user'> {
    return this.#sign('user', recordKey.user(this.uid), { n, label });
  }

  /** `number` picks group and content, so that keys spread; a higher `n` supersedes. */
  share(number: number, n = 1, name = `file ${number}`): RecordOf<'share'> {
    const gid = sampleGroup(number);
    const content = sha256Hex(`content ${number}`) as ContentId;
    const body = { n, offered: true, name, size: number, files: 1 };
    return this.#sign('share', recordKey.share(gid, content, this.uid), body);
  }

  claim(label: string): RecordOf<'name'> {
    return this.#sign('name', recordKey.userName(label, this.uid), { label });
  }

  #sign<K extends 'user' | 'share' | 'name'>(
    kind: K,
    key: string,
    body: Parameters<typeof signRecord<K>>[0]['body'],
  ): RecordOf<K> {
    return signRecord({ kind, key, body }, this.identity, this.#cluster);
  }
}

export const sampleGroup = (number: number): GroupId => sha256Hex(`group ${number}`) as GroupId;
