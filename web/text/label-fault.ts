/** What is wrong with a name for a user or a group, as it is typed; undefined where nothing is. */
export function labelFault(label: string): string | undefined {
  if (label.length > 32) return 'At most 32 characters.';
  if (!/^[A-Za-z0-9._-]*$/.test(label)) return 'Only letters A to Z, digits, and . _ - without spaces.';
  return undefined;
}
