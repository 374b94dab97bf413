/** What GitHub answered. The body is `{}` where there was none, `{ items }` where it was a list, and `{ text }` where it was no JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** One request: what is not given is as the suite sends it. */
export interface Request {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One of several requests that are sent at the same time. */
export interface AtOnce extends Request {
  readonly method: string;
  readonly path: string;
}

/** A repository on GitHub, or on something that stands in for it. */
export interface GitHub {
  readonly repository: string;
  readonly serverUrl: string;
  readonly graphqlUrl: string;
  readonly token: string;
  /** Milliseconds between two writes. */
  readonly distance: number;
  /** A path is below the repository, unless it begins with a slash or is a whole address. Writes keep a distance. */
  send(method: string, path: string, request?: Request): Promise<Answer>;
  atOnce(requests: readonly AtOnce[]): Promise<Answer[]>;
  pause(milliseconds: number): Promise<void>;
}

/** How often a request that meets a secondary limit is sent again. */
const patience = 3;

type Variables = Readonly<Record<string, string | undefined>>;

/** By the variables that every step of a workflow has; `PROVE_PAUSE_MS` between two writes (GitHub asks for a second). */
export function connect(env: Variables): GitHub {
  const repository = env.GITHUB_REPOSITORY ?? '';
  const api = env.GITHUB_API_URL ?? 'https://api.github.com';
  const distance = Number(env.PROVE_PAUSE_MS ?? 1000);
  const token = env.GITHUB_TOKEN ?? '';
  const pause = (milliseconds: number) =>
    new Promise<void>((done) => setTimeout(done, milliseconds));
  const fetched = (method: string, path: string, request?: Request) =>
    ask(method, addressOf(api, repository, path), token, request);
  return {
    repository,
    serverUrl: env.GITHUB_SERVER_URL ?? 'https://github.com',
    graphqlUrl: env.GITHUB_GRAPHQL_URL ?? `${api}/graphql`,
    token,
    distance,
    pause,
    send: async (method, path, request) => {
      for (let turn = 1; ; turn += 1) {
        if (method !== 'GET') await pause(distance);
        const answer = await fetched(method, path, request);
        const wait = waitOf(answer);
        if (wait === undefined || turn > patience) return answer;
        await pause(wait);
      }
    },
    atOnce: async (requests) => {
      const sent = requests.map(({ method, path, ...request }) => fetched(method, path, request));
      const answers = await Promise.all(sent);
      await pause(distance * requests.length);
      return answers;
    },
  };
}

/** Milliseconds that a secondary limit asks to wait; `undefined` = it is none. */
function waitOf({ status, headers, body }: Answer): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const seconds = headers.get('retry-after');
  if (seconds !== null) return 1000 * Number(seconds);
  return /secondary rate limit/i.test(String(body.message)) ? 60_000 : undefined;
}

function addressOf(api: string, repository: string, path: string): string {
  if (/^https?:/.test(path)) return path;
  if (path.startsWith('/')) return `${api}${path}`;
  return `${api}/repos/${repository}${path === '' ? '' : `/${path}`}`;
}

async function ask(
  method: string,
  address: string,
  token: string,
  { body, headers }: Request = {},
): Promise<Answer> {
  const response = await fetch(address, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'cache-control': 'no-cache',
      'user-agent': 'understudy-prove-assumptions',
      'x-github-api-version': '2022-11-28',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    signal: AbortSignal.timeout(30_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: parse(await response.text()), headers: response.headers };
}

function parse(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { items: value } : (value as Answer['body']);
  } catch {
    return text === '' ? {} : { text };
  }
}

/** What stands at a path of an answer's body; `undefined` where there is nothing. */
export function at({ body }: Pick<Answer, 'body'>, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    body,
  );
}

/** The entries of a list, below `key` where the list has a count beside it. */
export function items(answer: Answer, key = 'items'): Answer['body'][] {
  const found = at(answer, key);
  return Array.isArray(found) ? (found as Answer['body'][]) : [];
}

/** The status and GitHub's words, as people read them. */
export function said(answer: Answer): string {
  const message = at(answer, 'message');
  const errors = items(answer, 'errors').map(({ message: text }) => text);
  const words = [message, ...errors].filter((word) => typeof word === 'string').join('; ');
  return words === '' ? `${answer.status}` : `${answer.status} ${words}`;
}
