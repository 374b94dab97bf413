import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request that a ServiceAccount sent, as the API server noted it. */
export interface AuditedRequest {
  /** `system:serviceaccount:NAMESPACE:NAME` */
  readonly user: string;
  /** Kubernetes' own word: `list`, `watch`, `patch`. */
  readonly verb: string;
  /** With group and subresource: `deployments.apps`, `pods/log`; empty for what is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** Server-side apply of what was not there needs the right to create it as well. */
  readonly status: number;
  readonly path: string;
}

/** Notes who asked for what, bodies aside: ServiceAccounts of tests alone, for the cluster's own parts ask all the time. */
const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
    { level: 'None' },
  ],
};

/** Writes the policy; gives the options by which the API server follows it. */
export function auditOptions(folder: string): string[] {
  const path = join(folder, 'audit-policy.json');
  writeFileSync(path, JSON.stringify(policy));
  return [`--audit-policy-file=${path}`, `--audit-log-path=${logOf(folder)}`];
}

/** What was noted so far, oldest first. */
export function readAudit(folder: string): AuditedRequest[] {
  const log = logOf(folder);
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { user, verb, objectRef = {}, responseStatus = {}, requestURI } = JSON.parse(line);
    const { resource = '', apiGroup, subresource, namespace = '', name = '' } = objectRef;
    const group = apiGroup ? `.${apiGroup}` : '';
    return {
      user: user.username,
      verb,
      resource: resource + group + (subresource ? `/${subresource}` : ''),
      namespace,
      name,
      status: responseStatus.code ?? 0,
      path: requestURI,
    };
  });
}

function logOf(folder: string): string {
  return join(folder, 'audit.log');
}
