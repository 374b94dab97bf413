/** A request as IAM sees it. */
export interface AwsCall {
  /** `cloudformation:CreateChangeSet`. */
  readonly action: string;
  /** ARN; `*` where the action knows no resource, or the request names none. */
  readonly resource: string;
  /** Condition keys in lower case. */
  readonly context: Readonly<Record<string, string>>;
}

type Texts = string | readonly string[];

/** A statement of a policy, as far as the shipped ones go. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: Texts;
  readonly Resource: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const known = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** Whether the statement allows the call. Throws for what it does not know rather than answer wrongly. */
export function allows(statement: Statement, { action, resource, context }: AwsCall): boolean {
  const unknown = Object.keys(statement).filter((key) => !known.includes(key));
  if (unknown.length > 0 || statement.Effect !== 'Allow')
    throw new Error(`not evaluated: ${unknown.join(', ') || statement.Effect}`);
  return (
    // Source: IAM User Guide, policy elements: actions in any case, resources exactly.
    listed(statement.Action).some((pattern) => like(action.toLowerCase(), pattern.toLowerCase())) &&
    listed(statement.Resource).some((pattern) => like(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, context[key.toLowerCase()], wanted),
      ),
    )
  );
}

function holds(operator: string, actual: string | undefined, wanted: Texts): boolean {
  if (operator === 'StringEquals') return actual !== undefined && listed(wanted).includes(actual);
  if (operator === 'StringEqualsIfExists')
    return actual === undefined || listed(wanted).includes(actual);
  throw new Error(`the condition ${operator} is not evaluated`);
}

/** Action and resource of every pair that a statement names, to tell which are never used. */
export function listed(texts: Texts): readonly string[] {
  return typeof texts === 'string' ? [texts] : texts;
}

function like(text: string, pattern: string): boolean {
  const expression = [...pattern].map((letter) => {
    if (letter === '*') return '.*';
    return letter === '?' ? '.' : letter.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  });
  return new RegExp(`^${expression.join('')}$`, 's').test(text);
}
