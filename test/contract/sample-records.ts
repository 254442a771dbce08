import { sha256Hex, type ContentId, type GroupId } from '../../src/base/index.ts';
import { recordKey, type RecordOf } from '../../src/records/index.ts';
import { Person } from '../support/signed-group.ts';

/** A user with as many records as a test wants. */
export class SampleUser extends Person {
  user(label = 'anna', n = 1): RecordOf<'user'> {
    return this.sign('user', recordKey.user(this.uid), { n, label });
  }

  /** `number` picks group and content, so that keys spread; a higher `n` supersedes. */
  share(number: number, n = 1, name = `file ${number}`): RecordOf<'share'> {
    const gid = sha256Hex(`group ${number}`) as GroupId;
    const content = sha256Hex(`content ${number}`) as ContentId;
    const body = { n, offered: true, name, size: number, files: 1 };
    return this.sign('share', recordKey.share(gid, content, this.uid), body);
  }

  /** A claim as a client sends it: a tracker stamps it. */
  claim(label: string): RecordOf<'name'> {
    return this.sign('name', recordKey.userName(label, this.uid), { label });
  }
}
