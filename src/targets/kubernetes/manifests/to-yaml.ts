import { stringify } from 'yaml';
import type { KubeObject } from '../kube-object.ts';

/** The objects as people read them, one document each; what Secrets hold is not shown. */
export function toYaml(objects: readonly KubeObject[]): string {
  return objects
    .map((object) => stringify(redacted(object), { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n');
}

function redacted(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const hide = (values: unknown) =>
    Object.fromEntries(Object.keys((values ?? {}) as object).map((key) => [key, '<redacted>']));
  return {
    ...object,
    ...(object.data !== undefined && { data: hide(object.data) }),
    ...(object.stringData !== undefined && { stringData: hide(object.stringData) }),
  };
}
