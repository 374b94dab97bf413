import type { KindResource } from './kube.ts';

/** Where the objects of a kind are, or one of them (`name`), or a part of that one (`log`, `status`). */
export function pathOf(
  { apiVersion, plural, namespaced }: KindResource,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string },
  part?: string,
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  const steps = [...place, plural, ...(name === undefined ? [] : [name]), ...(part ? [part] : [])];
  return `${root}/${steps.map(encodeURIComponent).join('/')}`;
}
