const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** The order of names as people read them: `take 2` before `take 10`, whatever the case. */
export function byName(a: string, b: string): number {
  return collator.compare(a, b);
}
