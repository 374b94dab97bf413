import type { KubeRequest } from './kube.ts';

/** What a request does, in the words of RBAC. */
export interface Doing {
  readonly verb: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly name?: string;
  readonly namespace?: string;
}

const path =
  /^\/(?:api\/[^/]+|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?/;

/** `undefined` for what is no object's: discovery, versions. */
function doingOf({ method, path: asked, query }: KubeRequest): Doing | undefined {
  const found = path.exec(asked)?.groups;
  if (!found?.resource) return undefined;
  const { group = '', namespace, name, subresource } = found;
  return {
    verb: verbOf(method, name !== undefined, query?.watch === 'true'),
    resource: subresource ? `${found.resource}/${subresource}` : found.resource,
    group,
    ...(name !== undefined && { name: decodeURIComponent(name) }),
    ...(namespace !== undefined && { namespace: decodeURIComponent(namespace) }),
  };
}

function verbOf(method: KubeRequest['method'], isNamed: boolean, isWatch: boolean): string {
  if (method === 'GET' && !isNamed) return isWatch ? 'watch' : 'list';
  const verbs = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  return verbs[method];
}

/** `patch deployments web in the namespace shop-pr-7`, to follow "cannot". */
export function describeRequest(request: KubeRequest): string {
  const doing = doingOf(request);
  if (!doing) return `ask the API server for ${request.path}`;
  const { verb, resource, name, namespace } = doing;
  return [verb, resource, name, namespace && `in the namespace ${namespace}`]
    .filter(Boolean)
    .join(' ');
}
