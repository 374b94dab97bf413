import { parseAllDocuments } from 'yaml';
import type { AuditedRequest } from '../cluster/audit.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What a shipped ClusterRole allows: `patch deployments.apps`. */
export function rightsIn(manifests: string): readonly string[] {
  const rules = parseAllDocuments(manifests)
    .map(
      (document) => document.toJS() as { readonly kind: string; readonly rules: readonly Rule[] },
    )
    .flatMap((object) => (object.kind === 'ClusterRole' ? object.rules : []));
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${nameOf(resource, group)}`)),
    ),
  );
}

/** `pods/log` of the core group, `deployments.apps/scale` of another. */
function nameOf(resource: string, group: string): string {
  const [name = '', subresource] = resource.split('/');
  return name + (group && `.${group}`) + (subresource === undefined ? '' : `/${subresource}`);
}

/** The rights that requests needed, each once. Server-side apply of what was not there creates it as well. */
export function rightsUsed(requests: readonly AuditedRequest[]): ReadonlySet<string> {
  const used = requests
    .filter(({ resource }) => resource !== '')
    .flatMap(({ verb, resource, status }) =>
      verb === 'patch' && status === 201
        ? [`patch ${resource}`, `create ${resource}`]
        : [`${verb} ${resource}`],
    );
  return new Set(used);
}
