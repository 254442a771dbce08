import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionStage, eventually, passwordOf } from '../support/session-stage.ts';

let stage: SessionStage;
beforeAll(async () => {
  stage = await SessionStage.open(2);
});
afterAll(() => stage.close());

describe('an account', () => {
  test('is made, opened, and known by its name and key', async () => {
    const node = await stage.node();
    await expect(node.whoami()).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
    const made = await node.createUser('Ada', 'correct horse battery');
    expect(made).toMatchObject({ user: 'Ada' });
    expect(made.recoveryCode).toMatch(/^([0-9A-Z]{5}-){5}[0-9A-Z]{5}$/);
    await expect(node.whoami()).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
    expect(await node.login('ada', 'correct horse battery')).toEqual({
      user: 'Ada',
      shares: 0,
      downloads: 0,
    });
    await eventually(async () => expect(await node.whoami()).toMatchObject({ user: 'Ada', trackers: 2 }));
    await expect(node.login('Ada', 'correct horse battery')).rejects.toMatchObject({
      code: 'ALREADY_LOGGED_IN',
    });
    await node.logout();
    await expect(node.logout()).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test.each([
    { why: 'taken, but for case', make: ['ADA', 'some pass phrase'], code: 'USER_EXISTS' },
    { why: 'no name', make: ['a/b', 'some pass phrase'], code: 'INVALID_NAME' },
    { why: 'an empty password', make: ['bert', ''], code: 'INVALID_ARGUMENTS' },
  ] as const)('is refused: $why', async ({ make, code }) => {
    const node = await stage.node();
    await expect(node.createUser(make[0], make[1])).rejects.toMatchObject({ code });
  });

  test('with a weak password gets a remark, or is refused where that was asked for', async () => {
    const made = await (await stage.node()).createUser('ida', 'ida');
    expect(made.weakness).toBeDefined();
    const strict = await stage.node({ refuseWeakPasswords: true });
    await expect(strict.createUser('ivo', 'ivo')).rejects.toMatchObject({ code: 'WEAK_PASSWORD' });
  });

  test('does not open by a wrong password, nor one that was never made', async () => {
    const node = await stage.node();
    await expect(node.login('Ada', 'wrong')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await expect(node.login('nobody', 'wrong')).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
    expect((await node.status()).user).toBeNull();
  });

  test('opens by a changed password alone, and each other device is told', async () => {
    const first = await stage.user('cleo');
    const second = await stage.node();
    await second.login('cleo', passwordOf('cleo'));
    await expect(first.changePassword('wrong', 'new one')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await first.changePassword(passwordOf('cleo'), 'a better pass phrase');
    await second.heard(/password was changed on another device/);
    expect(first.events).toEqual([]);
    const third = await stage.node();
    await expect(third.login('cleo', passwordOf('cleo'))).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await third.login('cleo', 'a better pass phrase');
  });

  test('of two devices that change the password at once, one is told that it lost', async () => {
    const one = await stage.user('dora');
    const two = await stage.node();
    await two.login('dora', passwordOf('dora'));
    const outcomes = await Promise.allSettled([
      one.changePassword(passwordOf('dora'), 'set by the first'),
      two.changePassword(passwordOf('dora'), 'set by the second'),
    ]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toMatchObject({ code: 'CONFLICT' });
    const won = outcomes[0].status === 'fulfilled' ? 'set by the first' : 'set by the second';
    const third = await stage.node();
    await third.login('dora', won);
  });

  test('is recovered by its code once; the next code is another', async () => {
    const node = await stage.node();
    const made = await node.createUser('emil', 'soon forgotten');
    const typo = made.recoveryCode.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await expect(node.recoverUser('emil', typo, 'new')).rejects.toMatchObject({ code: 'WRONG_CODE' });
    const again = await node.recoverUser('emil', made.recoveryCode.toLowerCase(), 'well remembered');
    expect(again.recoveryCode).not.toBe(made.recoveryCode);
    await expect(node.recoverUser('emil', made.recoveryCode, 'x')).rejects.toMatchObject({
      code: 'WRONG_CODE',
    });
    await expect(node.login('emil', 'soon forgotten')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await node.login('emil', 'well remembered');
  });
});

test('two clients never use one data folder', async () => {
  const dataDir = join(stage.folder, 'shared');
  await stage.node({ dataDir });
  await expect(stage.node({ dataDir })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a cluster line that is not the trackers’ is refused before anything is said', async () => {
  const other = await SessionStage.open(1);
  try {
    await other.writeList(`cluster ${'0'.repeat(64)}\n`);
    const node = await other.node();
    await expect(node.createUser('fred', 'some pass phrase')).rejects.toMatchObject({
      code: 'TRACKER_CHANGED',
    });
  } finally {
    await other.close();
  }
});

test('online while it lasts: on all trackers, until logout', async () => {
  const gina = await stage.user('gina');
  const hugo = await stage.user('hugo');
  await gina.createGroup('online');
  await hugo.joinGroup('online');
  await gina.acceptRequest('online', 'hugo');
  const online = async () => (await gina.listMembers('online')).map(({ user, online: is }) => [user, is]);
  await eventually(async () =>
    expect(await online()).toEqual([
      ['gina', true],
      ['hugo', true],
    ]),
  );
  await hugo.logout();
  await eventually(async () =>
    expect(await online()).toEqual([
      ['gina', true],
      ['hugo', false],
    ]),
  );
});
