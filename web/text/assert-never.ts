/** A newer node may say what this page does not know: that is no reason to fail. */
export function assertNever(_value: never): void {
  return undefined;
}
