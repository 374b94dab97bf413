/** `mia: orders fail`, and where no reason was given `mia` alone. */
export function withReason(by: string, why: string): string {
  return why === '' ? by : `${by}: ${why}`;
}
