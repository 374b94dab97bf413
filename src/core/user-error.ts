/** A place in a file of the user's; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One fault a user can mend: what is wrong, and the next step. */
export interface Problem {
  /** What, the value received, the values allowed. */
  readonly message: string;
  /** The next step in one sentence, with the exact YAML or permission. */
  readonly hint: string;
  readonly location?: SourceLocation;
}

/**
 * A failure that the author of a workflow can mend. Everything else that is thrown is a fault of ours.
 * Carries all problems found, never only the first.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly problems: readonly Problem[];

  constructor(
    message: string,
    hint: string,
    options: ErrorOptions & { location?: SourceLocation } = {},
  ) {
    super(message, options);
    const { location } = options;
    this.problems = [{ message, hint, ...(location && { location }) }];
  }

  /**
   * By shape for this class itself: every bundled unit carries its own copy of it, and an error of the
   * configuration's unit must be one for the action that loaded it.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this, and only the class itself goes by shape
    if (this !== UserError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && 'problems' in value && Array.isArray(value.problems);
  }

  /** One error for several problems. Throws a `RangeError` when there are none. */
  static all(problems: readonly Problem[]): UserError {
    const [first] = problems;
    if (!first) throw new RangeError('UserError.all needs at least one problem');
    const error = new UserError(problems.map(formatProblem).join('\n'), first.hint);
    (error as { problems: readonly Problem[] }).problems = problems;
    return error;
  }
}

/** Of the faults on one line all but the first follow from it. */
export function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const lines = new Set<number | undefined>();
  return problems.filter(({ location }) => {
    const isFirst = !lines.has(location?.line);
    lines.add(location?.line);
    return isFirst;
  });
}

/** `file:line:column: message`, the form that editors and people read. */
export function formatProblem(problem: Problem): string {
  return problem.location
    ? `${formatLocation(problem.location)}: ${problem.message}`
    : problem.message;
}

function formatLocation({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
