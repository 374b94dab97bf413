import type { Permissions, RepositoryState, Token } from './state.ts';
import type { Json } from './views/account.ts';
import type { World } from './world.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** One API call, resolved: the route matched, the caller may do it, the repository exists. */
export interface Context {
  readonly world: World;
  readonly method: string;
  /** Decoded values of the `{names}` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly accept: string;
  /** Who calls; a stand-in without permissions for a call without a token. */
  readonly token: Token;
  /** The repository named in the path; an older version of it under the `stale-read` fault. Throws elsewhere. */
  readonly repository: RepositoryState;
  /** Address of this call without its query, as the caller wrote it. */
  readonly address: string;
  /** Host and port that the caller asked. */
  readonly host: string;
}

/** What a route answers. `body` is sent as JSON unless it is a Buffer; absent = empty. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One endpoint. `{name}` in the path stands for one segment, `{name+}` for one or more. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  /** What a token needs; of several sets one is enough. Absent = nothing beyond a token. */
  readonly permission?: Permissions | readonly Permissions[];
  /** Answered to tokens of people only, as `GET /user`. */
  readonly people?: boolean;
  handle(context: Context): Answer | Promise<Answer>;
}

/** Finds the route of a call and the values in its path. */
export type Matcher = (
  method: string,
  path: string,
) => { route: Route; params: Record<string, string> } | undefined;

/** Prepares a list of routes for matching; earlier ones win. */
export function createMatcher(routes: readonly Route[]): Matcher {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue;
      const match = pattern.exec(path);
      if (match) return { route, params: decoded(match.groups ?? {}) };
    }
    return undefined;
  };
}

function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
}

/** The number in the path, or `undefined` when it is none. */
export function numberParam(context: Context, name: string): number | undefined {
  const text = context.params[name] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
