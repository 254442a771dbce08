import { expect, test } from 'vitest';
import { CLUSTER, NOW_MS, Person, SignedGroup } from '../../../test/support/signed-group.ts';
import { PeerFault, utf8 } from '../../base/index.ts';
import { newAccountKey } from '../../identity/index.ts';
import { GroupBook } from './group-book.ts';
import { RecordView } from './record-view.ts';
import { Vault } from './vault.ts';

async function ownersBook() {
  const owner = new Person();
  const group = await SignedGroup.found(owner);
  const view = new RecordView(owner.uid, CLUSTER);
  view.merge(group.record(), 'own');
  view.merge(await group.grant(owner, 'accepted'), 'own');
  const { uid, identity } = owner;
  const vault = new Vault({ uid, identity, accountKey: newAccountKey() }, CLUSTER, () => view.own());
  return { group, book: new GroupBook(view, vault, CLUSTER, () => NOW_MS) };
}

test.each([0, 5, 63, 65])('a digest of %i bytes from a peer is that peer’s fault', async (length) => {
  const { group, book } = await ownersBook();
  expect(() => book.newsFor(group.gid, new Uint8Array(length))).toThrow(PeerFault);
});

test.each(['', 'nonsense', 'l3:abce', 'd1:a1:be'])(
  'news %j from a peer are that peer’s fault',
  async (text) => {
    const { group, book } = await ownersBook();
    expect(() => book.applyNews(group.gid, utf8(text))).toThrow(PeerFault);
  },
);
