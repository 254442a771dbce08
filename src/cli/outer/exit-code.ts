import type { ErrorCode } from '../../base/index.ts';
import type { LineOutcome } from '../shell/runner.ts';

/** 0 done, 1 failed, 2 wrong usage, 3 no node. */
export function exitCodeOf(outcome: Pick<LineOutcome, 'ok' | 'code' | 'exitCode'>): number {
  return outcome.ok ? (outcome.exitCode ?? 0) : exitCodeOfError(outcome.code);
}

export function exitCodeOfError(code: ErrorCode | undefined): number {
  if (code === 'INVALID_ARGUMENTS' || code === 'UNKNOWN_COMMAND') return 2;
  return code === 'NO_NODE' ? 3 : 1;
}
