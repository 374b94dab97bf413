import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { UserError } from '../../../core/user-error.ts';
import type { ExecPlugin, Login } from './kubeconfig.ts';
import type { Credentials, CredentialTools, Proof } from './proof.ts';
import { readPem } from './read-pem.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Credentials of a program that the KUBECONFIG names (`aws eks get-token`, gke-gcloud-auth-plugin, kubelogin), kept until
 * they expire. However many requests ask at once, it runs once.
 */
export function execCredentials(
  { cluster, user }: Login,
  plugin: ExecPlugin,
  { environment }: CredentialTools,
): Credentials {
  const exec = { ...plugin, args: plugin.args ?? [], env: variables(plugin, cluster, environment) };
  let client = new ExecAuth();
  let running: Promise<Proof> | undefined;
  const run = async (): Promise<Proof> => {
    const given: Given = { headers: {} };
    await client.applyAuthentication({ name: user.name, exec }, given).catch((cause) => {
      throw pluginFailed(plugin, cause);
    });
    const { cert, key, headers } = given;
    const authorization = headers.Authorization;
    return {
      ...(authorization && { authorization }),
      ...(cert && key && { certificate: { cert, key } }),
    };
  };
  return {
    proof(signal) {
      running ??= run().finally(() => {
        running = undefined;
      });
      return untilAborted(running, signal);
    },
    renew() {
      client = new ExecAuth();
      return true;
    },
  };
}

/** What `ExecAuth` fills in. */
interface Given {
  readonly headers: Record<string, string>;
  cert?: string;
  key?: string;
}

/** Plugins read from `KUBERNETES_EXEC_INFO` which version to answer in, and for which cluster. */
function variables(
  { apiVersion, env, provideClusterInfo }: ExecPlugin,
  cluster: Login['cluster'],
  environment: CredentialTools['environment'],
): { name: string; value: string }[] {
  const ours = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const spec = { interactive: false, ...(provideClusterInfo && { cluster: clusterInfo(cluster) }) };
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
  return [...ours, ...(env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: info }];
}

function clusterInfo(cluster: Login['cluster']) {
  const authority = readPem(cluster.caData, cluster.caFile);
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
    'certificate-authority-data': authority && Buffer.from(authority).toString('base64'),
    'proxy-url': cluster.proxyUrl,
  };
}

function pluginFailed({ command = '', installHint }: ExecPlugin, cause: unknown): UserError {
  const { code, message = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  const missing = code === 'ENOENT';
  const why = missing ? 'it is not installed' : message.trim().slice(0, 300) || 'it failed';
  return new UserError(
    `the KUBECONFIG signs in by the program ${command}: ${why}`,
    missing
      ? (installHint?.trim() ?? `Install ${command} in a step before this one.`)
      : 'Run the same program in a step before this one to see what it lacks: credentials of the cloud, most often.',
  );
}
