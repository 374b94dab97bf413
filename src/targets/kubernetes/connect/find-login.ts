import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../../../core/user-error.ts';
import { chooseLogin, type KubeconfigFile, type Login } from './kubeconfig.ts';

/** Where a login is looked for. */
export interface LoginSearch {
  /** Context of the KUBECONFIG. */
  readonly context?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asked only for files that are no JSON. */
  parseYaml(text: string): Promise<unknown>;
  /** Where the cluster puts a pod's credentials. */
  readonly serviceAccountFolder?: string;
}

/** Source: kubernetes.io, "Accessing the Kubernetes API from a Pod". */
const mountedAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * As kubectl looks: the files of KUBECONFIG (those that are missing are passed over), `~/.kube/config`, the cluster
 * that the process runs in. Throws a `UserError` where nothing is found.
 */
export async function findLogin(search: LoginSearch): Promise<Login> {
  const { environment, context } = search;
  const named = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const paths = (named.length > 0 ? named : usualPlace(environment)).filter(existsSync);
  if (paths.length > 0) {
    const files = await Promise.all(paths.map((path) => readKubeconfig(path, search)));
    return chooseLogin(files, context, (file, path) =>
      isAbsolute(path) ? path : resolve(dirname(file), path),
    );
  }
  if (named.length > 0) throw missingFile(named);
  const inside = context === undefined ? inCluster(search) : undefined;
  if (!inside) throw nothingFound(context);
  return inside;
}

function usualPlace({ HOME, USERPROFILE }: LoginSearch['environment']): string[] {
  const home = HOME || USERPROFILE;
  return home ? [join(home, '.kube', 'config')] : [];
}

async function readKubeconfig(path: string, { parseYaml }: LoginSearch): Promise<KubeconfigFile> {
  try {
    const text = readFileSync(path, 'utf8');
    const document = text.trimStart().startsWith('{') ? JSON.parse(text) : await parseYaml(text);
    return { path, document };
  } catch (cause) {
    // Messages of parsers quote the text, which holds credentials.
    const { code, linePos } = cause as NodeJS.ErrnoException & { linePos?: { line: number }[] };
    const where = linePos?.[0] ? `:${linePos[0].line}` : '';
    throw new UserError(
      `the KUBECONFIG ${path}${where} cannot be read (${code ?? 'not valid'})`,
      writeIt,
    );
  }
}

function inCluster({
  environment,
  serviceAccountFolder = mountedAccount,
}: LoginSearch): Login | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const tokenFile = join(serviceAccountFolder, 'token');
  if (!host || !existsSync(tokenFile)) return undefined;
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    cluster: {
      name: 'in-cluster',
      server: `https://${address}:${port}`,
      caFile: join(serviceAccountFolder, 'ca.crt'),
      skipTLSVerify: false,
    },
    user: { name: 'in-cluster', tokenFile },
  };
}

const writeIt = [
  'Write it before this step:',
  'steps:',
  '  - run: |',
  '      printf %s "$CONTENT" > "$RUNNER_TEMP/kubeconfig"',
  '      echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"',
  `    env: { CONTENT: "\${{ secrets.KUBECONFIG }}" }`,
].join('\n');

function missingFile(named: readonly string[]): UserError {
  const message =
    named.length === 1
      ? `KUBECONFIG names ${named[0]}, which is not there`
      : `KUBECONFIG names ${named.join(', ')}, of which none is there`;
  return new UserError(message, writeIt);
}

function nothingFound(context: string | undefined): UserError {
  const wanted = context === undefined ? '' : ` with the context ${context}`;
  return new UserError(
    `there is no KUBECONFIG${wanted}, and this job does not run in a cluster`,
    writeIt,
  );
}
