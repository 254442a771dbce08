/** Which rows of a list exist while the px from `top` to `bottom` of it are in sight. */
export function windowOf(given: {
  readonly top: number;
  readonly bottom: number;
  readonly rowHeight: number;
  readonly count: number;
  /** So many more on either side, that quick scrolling shows no gap. */
  readonly overscan: number;
}): { readonly first: number; readonly end: number } {
  const { top, bottom, rowHeight, count, overscan } = given;
  const first = Math.min(count, Math.max(0, Math.floor(top / rowHeight) - overscan));
  const end = Math.min(count, Math.max(first, Math.ceil(bottom / rowHeight) + overscan));
  return { first, end };
}
