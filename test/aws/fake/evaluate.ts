import { invalid, type Template } from './template.ts';

/** What names stand for while a stack is made. */
export interface Scope {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  /** Of resources and `AWS::…`; absent = a guess, as in a change set. */
  ref(name: string): string | undefined;
  attribute(logicalId: string, name: string): string | undefined;
  exported(name: string): string | undefined;
}

const gone = Symbol('AWS::NoValue');

/** A value with its functions worked out. */
export function evaluate(value: unknown, scope: Scope): unknown {
  const found = work(value, scope);
  return found === gone ? undefined : found;
}

/** Resources whose condition holds. */
export function holds(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return true;
  return work(scope.template.Conditions[condition], scope) === true;
}

function work(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value))
    return value.map((one) => work(one, scope)).filter((one) => one !== gone);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::')))
    return call(only[0], only[1], scope);
  if (entries.length === 1 && only?.[0] === 'Condition' && typeof only[1] === 'string')
    return holds(only[1], scope);
  return Object.fromEntries(
    entries.map(([name, one]) => [name, work(one, scope)]).filter(([, one]) => one !== gone),
  );
}

function call(name: string, given: unknown, scope: Scope): unknown {
  if (name === 'Ref') return reference(String(given), scope);
  if (name === 'Fn::If') return choose(given, scope);
  if (name === 'Fn::Sub') return substitute(given, scope);
  if (name === 'Fn::GetAtt') return attribute(given, scope);
  const value = work(given, scope);
  const all = [value].flat() as unknown[];
  switch (name) {
    case 'Fn::Join':
      return (all.slice(1).flat() as unknown[]).map(String).join(String(all[0]));
    case 'Fn::Select':
      return (all.slice(1).flat() as unknown[])[Number(all[0])];
    case 'Fn::Split':
      return String(all[1]).split(String(all[0]));
    case 'Fn::Equals':
      return String(all[0]) === String(all[1]);
    case 'Fn::Not':
      return all[0] !== true;
    case 'Fn::And':
      return all.every((one) => one === true);
    case 'Fn::Or':
      return all.includes(true);
    case 'Fn::Base64':
      return Buffer.from(String(value)).toString('base64');
    case 'Fn::FindInMap':
      return scope.template.Mappings[String(all[0])]?.[String(all[1])]?.[String(all[2])];
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${reference('AWS::Region', scope)}${zone}`);
    case 'Fn::ImportValue': {
      const found = scope.exported(String(value));
      if (found === undefined) throw invalid(`No export named ${value} found.`);
      return found;
    }
    default:
      return value;
  }
}

function reference(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return gone;
  const declared = scope.template.Parameters[name];
  if (!declared) return scope.ref(name) ?? `{{${name}}}`;
  const value = scope.parameters[name] ?? '';
  const isList = declared.Type.startsWith('List<') || declared.Type === 'CommaDelimitedList';
  return isList ? value.split(',').map((one) => one.trim()) : value;
}

function choose(given: unknown, scope: Scope): unknown {
  const [condition, yes, no] = given as [string, unknown, unknown];
  return work(holds(condition, scope) ? yes : no, scope);
}

function attribute(given: unknown, scope: Scope): string {
  const [id = '', ...rest] = Array.isArray(given) ? given.map(String) : String(given).split('.');
  const name = rest.join('.');
  return scope.attribute(id, name) ?? `{{${id}.${name}}}`;
}

function substitute(given: unknown, scope: Scope): string {
  const [text, own] = (Array.isArray(given) ? given : [given, {}]) as [string, object];
  const names = work(own, scope) as Record<string, unknown>;
  return text.replace(/\$\{(!?)([^}]*)\}/g, (_, literal, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in names) return String(names[name]);
    return String(name.includes('.') ? attribute(name, scope) : reference(name, scope));
  });
}
