/** What a request of the query protocol says: text, lists and maps of such. */
export type Input = { readonly [name: string]: Value };
export type Value = string | readonly Value[] | Input;

/** An error as AWS answers it. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** `Tags.member.1.Key=a&Tags.member.1.Value=b` is `{ Tags: [{ Key: 'a', Value: 'b' }] }`. */
export function readQuery(body: string): Input {
  type Tree = { [name: string]: string | Tree };
  const root: Tree = {};
  for (const [path, text] of new URLSearchParams(body)) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let here = root;
    for (const step of steps) {
      const there = here[step];
      const next = typeof there === 'object' ? there : {};
      here[step] = next;
      here = next;
    }
    here[last] = text;
  }
  const plain = (tree: string | Tree): Value => {
    if (typeof tree === 'string') return tree;
    const { member } = tree;
    if (typeof member === 'object')
      return Object.keys(member)
        .sort((a, b) => Number(a) - Number(b))
        .map((key) => plain(member[key] ?? ''));
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, plain(value)]));
  };
  return plain(root) as Input;
}

/** A text of the input. */
export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text of the input that has to be there. */
export function required(input: Input, name: string): string {
  const value = text(input, name);
  if (value !== undefined) return value;
  const label = name.charAt(0).toLowerCase() + name.slice(1);
  throw new Refusal(
    'ValidationError',
    `1 validation error detected: Value null at '${label}' failed to satisfy constraint: Member must not be null`,
  );
}

export function flag(input: Input, name: string): boolean {
  return input[name] === 'true';
}

/** A list of the input; empty when it is not there. */
export function list(input: Input, name: string): readonly Value[] {
  const value = input[name];
  return Array.isArray(value) ? value : [];
}

export function texts(input: Input, name: string): readonly string[] {
  return list(input, name).filter((one): one is string => typeof one === 'string');
}

export function maps(input: Input, name: string): readonly Input[] {
  return list(input, name).filter((one): one is Input => typeof one === 'object');
}

/** A list or a map; absent when it is not there. */
export function given(input: Input, name: string): boolean {
  return input[name] !== undefined;
}

/** What an answer says. Lists become `member`s, dates ISO 8601; what is undefined is left out. */
export type Output =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly Output[]
  | { readonly [name: string]: Output };

export function answerXml(action: string, output: Output): string {
  const name = `${action}Response`;
  return `<${name} xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${inner(output)}</${action}Result>${metadata()}</${name}>`;
}

export function refusalXml({ code, message, status }: Refusal): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>${inner({ Type: type, Code: code, Message: message })}</Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`;
}

function metadata(): string {
  return '<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>';
}

function inner(value: Output): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return value.map((one: Output) => `<member>${inner(one)}</member>`).join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => `<${name}>${inner(one)}</${name}>`)
      .join('');
  return escaped(String(value));
}

function escaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;');
}
