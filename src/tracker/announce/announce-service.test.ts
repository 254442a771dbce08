import { expect, test } from 'vitest';
import { HeldClock } from '../../../test/support/held-clock.ts';
import {
  seededChance,
  sha256Hex,
  type ContentId,
  type GroupId,
  type InfoHash,
  type UserId,
} from '../../base/index.ts';
import { announcePath, AnnounceService, type ServiceParts } from './announce-service.ts';
import { SwarmDirectory } from './swarm-directory.ts';

const gid = sha256Hex('band') as GroupId;
const infoHash = sha256Hex('info') as InfoHash;
const ESCAPED = infoHash.slice(0, 40).replace(/../g, '%$&');
const QUERY = `info_hash=${ESCAPED}&peer_id=-XX0100-000000000000&port=6881`;

/** Every key is one of the user of that name; `isMember` says whether it counts. */
function serviceWith(isMember: boolean | undefined, asked = true) {
  const clock = new HeldClock();
  const directory = new SwarmDirectory();
  const content = sha256Hex('content') as ContentId;
  const uid = sha256Hex('anna') as UserId;
  const own = { uid, device: 'device-1', boot: 'boot-0001', port: 4001, infoHash, have: 1, seed: true };
  const peers = [{ ...own, addresses: [{ host: '10.0.0.1', port: 4001 }] }];
  directory.onOwn([{ gid, content, peers, gone: [] }], 0);
  const seen: string[] = [];
  const parts = {
    keyring: {
      holder: (key: string) => ({ uid: sha256Hex(key) as UserId, gid, n: 1 }),
      isMember: () => isMember,
      asks: async () => asked,
    },
    directory,
    effects: {
      onNews: () => seen.push('news'),
      onSeen: () => seen.push('seen'),
      onStopped: () => seen.push('stopped'),
    },
    clock,
    chance: seededChance(1),
  };
  return { service: new AnnounceService(parts as unknown as ServiceParts), clock, seen };
}

const from = (n: number) => {
  const host = `10.1.${n >> 8}.${n & 0xff}`;
  const addressBytes = String.fromCharCode(10, 1, n >> 8, n & 0xff);
  return { host, addressBytes, source: host };
};
const ask = async (service: AnnounceService, target: string, n = 1): Promise<string> =>
  (await service.answer(target, from(n), true)).toString('latin1');
const announceAs = (key: string, more = ''): string => `${announcePath(key)}?${QUERY}${more}`;

test('one address asks 10,000 times at once, then 500 times a second, whatever its keys', async () => {
  const { service, clock } = serviceWith(true);
  for (let n = 0; n < 10_000; n += 1) await ask(service, announceAs(`ben${n % 10}`));
  expect(await ask(service, announceAs('ben'))).toContain('too many requests from your address');
  expect(await ask(service, '/nonsense')).toContain('too many requests from your address');
  expect(await ask(service, announceAs('ben'), 2)).toContain('5:peers');
  clock.forward(2);
  expect(await ask(service, announceAs('ben'))).toContain('5:peers');
  expect(await ask(service, announceAs('ben'))).toContain('too many requests from your address');
});

test('one member asks 6,000 times at once, then 100 times a second, from wherever', async () => {
  const { service, clock } = serviceWith(true);
  for (let n = 0; n < 6_000; n += 1) await ask(service, announceAs('ben'), n);
  expect(await ask(service, announceAs('ben'), 7_000)).toContain('too many requests');
  expect(await ask(service, announceAs('cleo'), 7_000)).toContain('5:peers');
  clock.forward(10);
  expect(await ask(service, announceAs('ben'), 7_000)).toContain('5:peers');
});

test('who is not known to be a member is looked up, and refused or answered then', async () => {
  const stranger = serviceWith(undefined, false);
  expect(stranger.service.answer(announceAs('ben'), from(1), true)).toBeInstanceOf(Promise);
  expect(await ask(stranger.service, announceAs('ben'))).toContain('not a member');
  expect(stranger.seen).toEqual([]);
  expect(await ask(serviceWith(undefined).service, announceAs('ben'))).toContain('5:peers6:\x0a\x00\x00\x01');
  expect(await ask(serviceWith(false).service, announceAs('ben'))).toContain('not a member');
});

test('on one connection every path counts by itself, the one before notwithstanding', async () => {
  const { service } = serviceWith(true);
  const connection = from(1);
  const say = async (target: string): Promise<string> =>
    (await service.answer(target, connection, true)).toString('latin1');
  expect(await say(announceAs('ben'))).toContain('5:peers6:');
  expect(await say(announceAs('ben', '&event=stopped'))).toContain('10:incompletei0e');
  expect(await say(announceAs('ben').replace('?', 'd?'))).toMatch(/^HTTP\/1.1 404 /);
  expect(await say(announcePath('ben'))).toContain('info_hash must be 20 bytes');
  expect(await say(announceAs('cleo').replace('6881', '6882'))).toContain('10:incompletei1e');
  expect(await say(`${announcePath('cleo').replace('announce', 'scrape')}?info_hash=${ESCAPED}`)).toContain(
    '5:files',
  );
  expect(await say(announceAs('ben'))).toContain('10:incompletei2e');
});

test('announce gives way to scrape in either place, and nothing else stands there', async () => {
  const { service } = serviceWith(true);
  const path = announcePath('ben');
  for (const scraping of [path.replace('announce', 'scrape'), path.replace(/announce$/, 'scrape')])
    expect(await ask(service, `${scraping}?info_hash=${ESCAPED}`)).toContain('5:filesd20:');
  for (const nothing of [
    '/',
    '/announce',
    '/announce/ben',
    '/ben/announce',
    '/announce/ben/x',
    '/announce/ben/announce/',
    '//',
  ])
    expect(await ask(service, `${nothing}?${QUERY}`)).toMatch(/^HTTP\/1.1 404 /);
});

test('other trackers and our clients hear of what is new, and again now and then', async () => {
  const { service, clock, seen } = serviceWith(true);
  const said = async (more = ''): Promise<string[]> => {
    seen.length = 0;
    await ask(service, announceAs('ben', more));
    return [...seen];
  };
  expect(await said()).toEqual(['news', 'seen']);
  expect(await said()).toEqual([]);
  clock.forward(149_999);
  expect(await said()).toEqual([]);
  clock.forward(1);
  expect(await said()).toEqual(['seen']);
  expect(await said('&left=0')).toEqual(['news', 'seen']);
  expect(await said('&event=stopped')).toEqual(['news', 'stopped']);
  expect(await said('&event=stopped')).toEqual([]);
});
