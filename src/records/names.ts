import type { RecordOf } from './kinds.ts';
import { parseLabelRef, SHORT_ID_CHARS } from './label.ts';

/** Under which name somebody (or some group) is known. */
export interface NameHolding {
  readonly of: 'user' | 'group';
  readonly id: string;
  readonly folded: string;
  /** True for the one that bears the label itself. */
  readonly holds: boolean;
  /** What people see and type: `lab`, or `lab~3f2a` for a claim that came later. */
  readonly shown: string;
}

/**
 * Settles name claims, all of one label or of many, alike wherever the same claims are known: the lowest stamp has
 * the label, then the lowest id. Claims without a stamp don't count. For each label its holder comes first.
 */
export function nameWinners(claims: Iterable<RecordOf<'name'>>): NameHolding[] {
  const byLabel = new Map<string, RecordOf<'name'>[]>();
  for (const claim of claims) {
    if (claim.stamp === undefined) continue;
    const label = `${claim.parts.of}/${claim.parts.folded}`;
    const rivals = byLabel.get(label);
    if (rivals) rivals.push(claim);
    else byLabel.set(label, [claim]);
  }
  return [...byLabel.values()].flatMap(settle);
}

/** Which of `holdings` a person means by `typed`: an exact label, or a renamed form that fits only one. */
export function resolveLabel(holdings: readonly NameHolding[], typed: string): NameHolding | undefined {
  const ref = parseLabelRef(typed);
  const named = holdings.filter(({ folded }) => folded === ref?.folded);
  if (ref?.idPrefix === undefined) return named.find(({ holds }) => holds);
  const { idPrefix } = ref;
  const fitting = named.filter(({ id }) => id.startsWith(idPrefix));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function settle(claims: readonly RecordOf<'name'>[]): NameHolding[] {
  const sorted = claims.toSorted(
    (a, b) => (a.stamp?.ms ?? 0) - (b.stamp?.ms ?? 0) || (a.parts.id < b.parts.id ? -1 : 1),
  );
  const ids = sorted.map(({ parts }) => parts.id);
  return sorted.map(({ parts, body }, at) => ({
    of: parts.of,
    id: parts.id,
    folded: parts.folded,
    holds: at === 0,
    shown: at === 0 ? body.label : `${body.label}~${shortId(parts.id, ids)}`,
  }));
}

/** As much of `id` as tells it from all others that claimed the label, four digits at least. */
function shortId(id: string, all: readonly string[]): string {
  const others = all.filter((other) => other !== id);
  let length = SHORT_ID_CHARS;
  while (length < id.length && others.some((other) => other.startsWith(id.slice(0, length)))) length += 1;
  return id.slice(0, length);
}
