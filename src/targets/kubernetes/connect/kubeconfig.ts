import {
  type Cluster,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js';
import { UserError } from '../../../core/user-error.ts';

/** A KUBECONFIG, read and parsed. */
export interface KubeconfigFile {
  readonly path: string;
  readonly document: unknown;
}

/** Which cluster, as whom. */
export interface Login {
  /** `server` has no slash at its end; `caFile` may be relative to nothing but the root. */
  readonly cluster: Cluster;
  readonly user: LoginUser;
}

/** As client-node has it, and what it does not read. */
export type LoginUser = Omit<User, 'exec' | 'authProvider'> & {
  readonly exec?: ExecPlugin;
  readonly authProvider?: {
    readonly name: string;
    readonly config?: Readonly<Record<string, string>>;
  };
  /** Read anew for each request: such tokens are replaced every hour. */
  readonly tokenFile?: string;
  readonly impersonateGroups?: readonly string[];
};

/** A program that gives credentials. Source: kubernetes.io, "client-go credential plugins". */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

/** Paths of a KUBECONFIG are relative to its folder. */
export type ResolvePath = (kubeconfig: string, path: string) => string;

interface Entries {
  readonly clusters: readonly Cluster[];
  readonly users: readonly LoginUser[];
  readonly contexts: ReturnType<typeof newContexts>;
  readonly current: string | undefined;
}

/**
 * The cluster and the user of a context (default: the current one). Of entries of one name the first file's counts, as
 * kubectl does it. Throws a `UserError` where a file is none, or the context leads nowhere.
 */
export function chooseLogin(
  files: readonly KubeconfigFile[],
  context: string | undefined,
  resolvePath: ResolvePath,
): Login {
  const read = files.map((file) => entriesOf(file, resolvePath));
  const contexts = read.flatMap((entries) => entries.contexts);
  const wanted = context ?? read.map(({ current }) => current).find(Boolean);
  const found = contexts.find(({ name }) => name === wanted);
  const paths = files.map(({ path }) => path).join(', ');
  if (!found) throw unknownContext(paths, wanted, names(contexts));
  const cluster = read
    .flatMap(({ clusters }) => clusters)
    .find(({ name }) => name === found.cluster);
  const user = read.flatMap(({ users }) => users).find(({ name }) => name === found.user);
  if (!cluster) throw dangling(paths, found.name, 'cluster', found.cluster);
  if (!user && found.user) throw dangling(paths, found.name, 'user', found.user);
  return { cluster, user: user ?? { name: '' } };
}

function entriesOf({ path, document }: KubeconfigFile, resolvePath: ResolvePath): Entries {
  const given = (document ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof document !== 'object' || Array.isArray(document) || !('clusters' in given)) {
    throw notOne(path, 'it has no list `clusters`');
  }
  const resolve = (file: string | undefined) =>
    file ? { file: resolvePath(path, file) } : undefined;
  try {
    return {
      clusters: newClusters(given.clusters).map((cluster) => ({
        ...cluster,
        ...renamed('caFile', resolve(cluster.caFile)),
      })),
      users: usersOf(given.users, resolve),
      contexts: newContexts(given.contexts),
      current: (given['current-context'] as string | undefined) || undefined,
    };
  } catch (cause) {
    throw notOne(path, cause instanceof Error ? cause.message : String(cause));
  }
}

function usersOf(
  list: unknown,
  resolve: (file: string | undefined) => { file: string } | undefined,
): LoginUser[] {
  const raw = Array.isArray(list) ? (list as { readonly user?: RawUser }[]) : [];
  return newUsers(list).map((user, index) => {
    const { tokenFile, 'as-groups': groups } = raw[index]?.user ?? {};
    return {
      ...user,
      ...renamed('certFile', resolve(user.certFile)),
      ...renamed('keyFile', resolve(user.keyFile)),
      ...renamed('tokenFile', resolve(tokenFile)),
      ...(Array.isArray(groups) && { impersonateGroups: groups }),
    };
  });
}

interface RawUser {
  readonly tokenFile?: string;
  readonly 'as-groups'?: readonly string[];
}

function renamed<Key extends string>(key: Key, resolved: { file: string } | undefined) {
  return (resolved && { [key]: resolved.file }) as { readonly [K in Key]?: string } | undefined;
}

function names(entries: readonly { readonly name: string }[]): string {
  return entries.map(({ name }) => name).join(', ') || 'none';
}

function notOne(path: string, why: string): UserError {
  return new UserError(
    `${path} is not a KUBECONFIG: ${why}`,
    'Put the whole file into a secret, as `kubectl config view --minify --raw --flatten` prints it.',
  );
}

function unknownContext(paths: string, wanted: string | undefined, known: string): UserError {
  return wanted === undefined
    ? new UserError(
        `the KUBECONFIG ${paths} names no current context`,
        `Name one of its contexts (${known}): preview: { kubernetes: { context: … } }`,
      )
    : new UserError(
        `the KUBECONFIG ${paths} has no context ${wanted}`,
        `Its contexts are: ${known}. Name one of them: preview: { kubernetes: { context: … } }`,
      );
}

function dangling(paths: string, context: string, what: string, name: string): UserError {
  return new UserError(
    `the context ${context} of the KUBECONFIG ${paths} names the ${what} ${name}, which is not there`,
    'Write the file anew: `kubectl config view --minify --raw --flatten` prints all that one context needs.',
  );
}
