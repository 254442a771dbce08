import { formatRate } from '../../text/format.ts';

/** A speed as a number and a unit that people choose, and back. */
export type RateUnit = 'K' | 'M' | 'G';

export interface RateInput {
  /** Empty: no limit. */
  readonly amount: string;
  readonly unit: RateUnit;
}

const FACTORS: Record<RateUnit, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const RATE_MAX = Number.MAX_SAFE_INTEGER;

/** `bytesPerSecond` null: no limit. */
export function toRateInput(bytesPerSecond: number | null): RateInput {
  if (bytesPerSecond === null) return { amount: '', unit: 'M' };
  const unit = bytesPerSecond >= FACTORS.G ? 'G' : bytesPerSecond >= FACTORS.M ? 'M' : 'K';
  return { amount: String(Number((bytesPerSecond / FACTORS[unit]).toFixed(3))), unit };
}

/** Bytes a second, null for no limit, undefined where it is no speed. */
export function parseRateInput({ amount, unit }: RateInput): number | null | undefined {
  const text = amount.trim().replace(',', '.');
  if (text === '') return null;
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const rate = Math.round(Number(text) * FACTORS[unit]);
  return rate > 0 && rate <= RATE_MAX ? rate : undefined;
}

/** A limit in words. */
export function rateWords(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'no limit' : formatRate(bytesPerSecond);
}
