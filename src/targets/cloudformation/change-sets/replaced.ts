/**
 * The change set is gone or worthless because someone else's change came first: look at the stack and plan again.
 * In a file of its own, and told by name: bundled units that must not carry the SDK catch it too.
 */
export class ChangeSetReplaced extends Error {
  override readonly name: string = 'ChangeSetReplaced';

  /** By name: every bundled unit has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ChangeSetReplaced';
  }
}
