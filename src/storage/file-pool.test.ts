import { open } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { deferred } from '../base/index.ts';
import { FilePool } from './index.ts';

const openFd = promisify(open);

function opener(): { open: () => Promise<number>; opened: () => number } {
  let opened = 0;
  return {
    opened: () => opened,
    open() {
      opened += 1;
      return openFd('/dev/null', 'r', undefined);
    },
  };
}

test('keeps files open, at most so many, and closes the one idle longest', async () => {
  const pool = new FilePool(2);
  const files = opener();
  const use = (key: string): Promise<number> => pool.use(key, files.open, (fd) => Promise.resolve(fd));
  const a = await use('a');
  await use('b');
  expect(await use('a')).toBe(a);
  expect(files.opened()).toBe(2);
  await use('c'); // b goes
  expect(await use('a')).toBe(a);
  await use('b');
  expect(files.opened()).toBe(4);
  await pool.closeAll(() => true);
});

test('who needs one more than may be open waits until one is idle', async () => {
  const pool = new FilePool(1);
  const files = opener();
  const hold = deferred<void>();
  const order: string[] = [];
  const first = pool.use('a', files.open, async () => {
    await hold.promise;
    order.push('a');
  });
  const others = ['b', 'c', 'd'].map((key) =>
    pool.use(key, files.open, () => Promise.resolve(order.push(key)).then(() => undefined)),
  );
  hold.resolve();
  await Promise.all([first, ...others]);
  expect(order[0]).toBe('a');
  expect(order.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  await pool.closeAll(() => true);
});

test('a file that cannot be opened is tried anew the next time', async () => {
  const pool = new FilePool(1);
  const files = opener();
  const fail = (): Promise<number> => Promise.reject(new Error('no'));
  await expect(pool.use('a', fail, () => Promise.resolve())).rejects.toThrow('no');
  await pool.use('a', files.open, () => Promise.resolve());
  expect(files.opened()).toBe(1);
  await pool.closeAll(() => true);
});
