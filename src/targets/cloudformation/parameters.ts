import type { Parameter } from '@aws-sdk/client-cloudformation';

/** A parameter as the template declares it. */
export interface DeclaredParameter {
  readonly name: string;
  readonly type: string;
  readonly default?: string;
  readonly noEcho: boolean;
  /** Where known. */
  readonly allowedValues?: readonly string[];
}

export function decideParameters(_facts: {
  declared: readonly DeclaredParameter[];
  configured: Readonly<Record<string, string>>;
  overrides: Readonly<Record<string, string>>;
  /** Names that the stack has. */
  previous: readonly string[];
}): Parameter[] {
  return [];
}
