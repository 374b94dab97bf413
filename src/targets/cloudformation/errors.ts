export function isMissing(cause: unknown): boolean {
  return cause === undefined;
}
export function isAlreadyExists(cause: unknown): boolean {
  return cause === undefined;
}
export function isInvalidChangeSetStatus(cause: unknown): boolean {
  return cause === undefined;
}
export function isThrottled(cause: unknown): boolean {
  return cause === undefined;
}
export function isTokenUsed(cause: unknown): boolean {
  return cause === undefined;
}
export function isAccessDenied(cause: unknown): boolean {
  return cause === undefined;
}
/** The status of the stack that stands in the way of this call, where AWS names one; look again and plan anew. */
export function statusInTheWay(cause: unknown): string | undefined {
  return cause === undefined ? '' : undefined;
}
export function explainAws(cause: unknown, _doing: string): unknown {
  return cause;
}
