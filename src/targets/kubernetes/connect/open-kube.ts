import { pauseFor } from '../../pause.ts';
import { loadManifests } from '../load-units.ts';
import { credentialsOf } from './credentials.ts';
import { findLogin } from './find-login.ts';
import { knownKinds } from './known-kinds.ts';
import type { Kube } from './kube.ts';
import type { LoginUser } from './kubeconfig.ts';
import { sendUntilAnswered } from './sending.ts';
import { askProxied, streamLines } from './streaming.ts';
import { openTransport, type Sent } from './transport.ts';
import { explained, type KubeTools, type Wire } from './wire.ts';

/** What a connection is opened with. */
export interface KubeOptions {
  /** Context of the KUBECONFIG; absent = its current one. */
  readonly context?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const usualTools: KubeTools = {
  now: Date.now,
  random: Math.random,
  pause: pauseFor,
  parseYaml: async (text) => (await loadManifests()).parseYaml(text),
  answerWithin: 30_000,
};

/**
 * Connects to the cluster that the KUBECONFIG, or the job's own pod, leads to, without a request. Throws a `UserError`
 * where it leads nowhere.
 */
export async function openKube(options: KubeOptions, tools = usualTools): Promise<Kube> {
  const login = await findLogin({ ...options, parseYaml: tools.parseYaml });
  const { environment } = options;
  const wire: Wire = {
    server: login.cluster.server,
    transport: openTransport(login, environment),
    credentials: credentialsOf(login, { environment, now: tools.now }),
    headers: { 'user-agent': 'understudy', ...impersonation(login.user) },
    tools,
    seen: { server: false },
  };
  return kubeOver(wire);
}

function impersonation({ impersonateUser, impersonateGroups }: LoginUser): Sent['headers'] {
  if (!impersonateUser) return {};
  return {
    'impersonate-user': impersonateUser,
    ...(impersonateGroups && { 'impersonate-group': [...impersonateGroups] }),
  };
}

function kubeOver(wire: Wire): Kube {
  const send: Kube['send'] = (request, signal) => sendUntilAnswered(wire, request, signal);
  const resource = knownKinds(send);
  return {
    server: wire.server,
    send,
    lines: (request, signal) => streamLines(wire, request, signal),
    proxied: (request, signal) => explained(wire, request, () => askProxied(wire, request, signal)),
    resource,
  };
}
