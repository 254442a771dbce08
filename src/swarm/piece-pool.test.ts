import { describe, expect, test } from 'vitest';
import { SharedPiecePool } from './piece-pool.ts';

const MIB = 1024 * 1024;

describe('SharedPiecePool', () => {
  test('grants no more than the budget, and goes on when something comes back', () => {
    const pool = new SharedPiecePool(4 * MIB);
    const buffers = Array.from({ length: 4 }, () => pool.acquire(MIB)!);
    expect(pool.acquire(MIB)).toBeUndefined();
    pool.release(buffers[0]!);
    expect(pool.acquire(MIB)).toBe(buffers[0]);
  });

  test('grants one piece larger than the budget', () => {
    const pool = new SharedPiecePool(MIB);
    const large = pool.acquire(16 * MIB);
    expect(large?.byteLength).toBe(16 * MIB);
    expect(pool.acquire(1)).toBeUndefined();
  });

  test('what is in use and what is kept stay within the budget, whatever the sizes', () => {
    const pool = new SharedPiecePool(64 * MIB);
    const small = Array.from({ length: 64 }, () => pool.acquire(MIB)!);
    for (const buffer of small.slice(1)) pool.release(buffer);
    expect(pool.keptBytes).toBe(63 * MIB);
    pool.acquire(32 * MIB);
    expect(pool.usedBytes + pool.keptBytes).toBeLessThanOrEqual(64 * MIB);
  });

  test('keeps little when nothing is under way', () => {
    const pool = new SharedPiecePool(64 * MIB);
    const buffers = Array.from({ length: 64 }, () => pool.acquire(MIB)!);
    for (const buffer of buffers) pool.release(buffer);
    expect([pool.usedBytes, pool.keptBytes]).toEqual([0, 16 * MIB]);
  });
});
