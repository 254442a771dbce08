import { expect, test } from 'vitest';

import { sha256Hex, type InfoHash } from '../../base/index.ts';
import { sniOf, type PeerContext } from '../../net/index.ts';
import { Doors, type Door } from './doors.ts';

const infoHash = sha256Hex('a torrent of group A') as InfoHash;
const name = sniOf(infoHash);

function doorTo(group: string): Door {
  const credentials = { certificatePem: group, privateKeyPem: group, authorityPem: group };
  const context: PeerContext = { infoHash, credentials, admit: () => ({ refused: 'nobody comes' }) };
  return { context, accept: () => undefined };
}

test('an info-hash that a member of another group merely named takes no door from where it is served', () => {
  const doors = new Doors();
  const [served, named] = [doorTo('A'), doorTo('B')];
  doors.open(served);
  doors.openUnproven(named);
  expect(doors.find(name)).toBe(served);
  doors.close(named);
  expect(doors.find(name)).toBe(served);
});

test('what is shown to be of its group takes the door from what was merely named', () => {
  const doors = new Doors();
  const [served, named] = [doorTo('A'), doorTo('B')];
  doors.openUnproven(named);
  expect(doors.find(name)).toBe(named);
  doors.open(served);
  doors.close(named);
  expect(doors.find(name)).toBe(served);
});
